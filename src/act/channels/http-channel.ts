import type { Channel, Endpoint } from '../channel.ts';
import type { HttpDeps } from '../targets/http.ts';
import { type Notice, readNotice } from './notice.ts';
import { createPoster } from './poster.ts';

/** What is POSTed for a message. */
export interface Rendered {
  readonly body: string;
  /** Where the endpoint's own address is not the one to call. */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One kind of receiver that takes JSON by HTTP: a pure function from what is told to what is sent. */
export interface HttpChannel {
  readonly kind: string;
  /** Throws LeewayError when the endpoint cannot be used; its address is looked at already. */
  readonly check?: (endpoint: Endpoint) => void;
  /** Null: this receiver is not told of such a message. */
  readonly render: (notice: Notice, endpoint: Endpoint) => Rendered | null;
  readonly sustained?: Channel['sustained'];
  readonly keepsOpen?: boolean;
}

/** Status of a message that is not sent, for a person to look at. */
const unreadable = 422;

/** Makes a channel of it. */
export function httpChannel(kind: HttpChannel, deps: HttpDeps): Channel {
  const poster = createPoster(deps);
  return {
    kind: kind.kind,
    ...(kind.sustained === undefined ? {} : { sustained: kind.sustained }),
    ...(kind.keepsOpen === undefined ? {} : { keepsOpen: kind.keepsOpen }),
    check: endpoint => {
      deps.guard.assert(endpoint.url);
      kind.check?.(endpoint);
    },
    send: async (message, endpoint, now) => {
      const notice = readNotice(message.body);
      if (notice === null)
        return { status: unreadable, detail: 'not sent: the message is no alert', retryAfter: null };
      const rendered = kind.render(notice, endpoint);
      // Nothing to tell is told.
      if (rendered === null) return { status: 204, detail: '', retryAfter: null };
      return poster.post({ endpoint, now, ...rendered });
    },
    close: () => poster.close(),
  };
}
