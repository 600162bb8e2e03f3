import type { Answer, Endpoint } from '../channel.ts';
import { createHttp, describeFailure, type HttpDeps } from '../targets/http.ts';
import { shortAnswer, withoutSecrets } from './secrecy.ts';

/** One request to a receiver. */
export interface Post {
  readonly endpoint: Endpoint;
  /** Where the endpoint's own address is not the one to call. */
  readonly url?: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Wall clock, epoch milliseconds. */
  readonly now: number;
}

/** POSTs JSON to receivers of messages: guarded, in 15 s, without redirects, 64 KiB of an answer at most. */
export interface Poster {
  /** Failures of the world are answers; none holds the endpoint's address or secrets. */
  post(request: Post): Promise<Answer>;
  close(): Promise<void>;
}

/** Makes a poster; channels that share what they are made of may share one. */
export function createPoster(deps: HttpDeps): Poster {
  const http = createHttp(deps);
  return {
    post: async ({ endpoint, url = endpoint.url, body, headers, now }) => {
      try {
        const reply = await http.exchange(
          { url, body, headers: { 'content-type': 'application/json', ...headers } },
          now,
        );
        const good = reply.status >= 200 && reply.status < 300;
        const text = reply.bytes.toString('utf8');
        const detail = good ? '' : shortAnswer(text, endpoint).slice(0, 200);
        const { status, retryAfter } = reply;
        return { status, detail, retryAfter, body: withoutSecrets(text, endpoint) };
      } catch (error) {
        return { status: 0, detail: shortAnswer(describeFailure(error), endpoint), retryAfter: null };
      }
    },
    close: () => http.close(),
  };
}
