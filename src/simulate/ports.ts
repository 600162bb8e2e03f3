import type { Payload } from './payload.ts';

/** What became of the payloads of one request. */
export type Answer =
  /** `refused` names payloads by their place in the request; null where the transport tells nothing of what is read. */
  | {
      readonly kind: 'taken';
      readonly refused: readonly { readonly index: number; readonly reason: string }[] | null;
    }
  /** Not now: the same payloads may come again after so many milliseconds. */
  | { readonly kind: 'later'; readonly afterMs: number; readonly reason: string }
  /** The transport failed, or the answer was no answer. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Where payloads go. */
export interface Sender {
  /** As it is named to people: `http http://127.0.0.1:8080`. */
  readonly target: string;
  /** Never rejects for what may pass; rejects with a LeewayError when it makes no sense to go on. */
  send(payloads: readonly Payload[], signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
