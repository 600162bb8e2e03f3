import type { Answer, Channel, Endpoint, Message } from '../channel.ts';
import type { WebhookDeps } from '../webhook.ts';
import { createHttp, describeFailure, type HttpReply, type HttpRequest } from './http.ts';
import { type OrderMessage, readOrder } from './order-message.ts';
import { oneLine, secretsIn, struckOut } from './settings.ts';

/** What was started, as far as the target says. */
export interface Started {
  readonly run?: string;
  readonly url?: string;
}

/** A channel that takes orders. */
export interface Target extends Channel {
  /** What an order has started, by an answer of `send`; it is part of the answer's detail too. */
  accepted?(answer: Answer): Started;
}

/** Everything any target needs. */
export type TargetDeps = WebhookDeps;

/** How a target is called. Every request of one attempt shares its time limit. */
export type Call = (request: HttpRequest) => Promise<TargetReply>;

export interface TargetReply extends HttpReply {
  readonly text: string;
  /** The body parsed where it says it is JSON; null where it is not, and where it cannot be read. */
  readonly json: Readonly<Record<string, unknown>> | null;
}

/** What a target made of an order. */
export interface Outcome extends Started {
  /** An HTTP status, judged as that of any receiver. */
  readonly status: number;
  /** What is shown instead of the target's own words. */
  readonly detail?: string;
}

/** One kind of target: how an order becomes requests. */
export interface Trigger {
  readonly kind: string;
  /** Throws LeewayError when the settings cannot be used. */
  check(endpoint: Endpoint): void;
  start(order: OrderMessage, endpoint: Endpoint, call: Call, now: number): Promise<Outcome>;
}

/** Statuses that Leeway gives itself: to be tried again, and not. */
export const unclear = 502;
export const refused = 422;

/** Makes a target out of its trigger; `make` is called once for each, so that it may hold a session. */
export function targetOf(make: () => Trigger): (deps: TargetDeps) => Target {
  return deps => {
    const trigger = make();
    const http = createHttp(deps);
    const timeout = deps.timeoutMilliseconds ?? 15_000;
    return {
      kind: trigger.kind,
      check: endpoint => {
        deps.guard.assert(endpoint.url);
        trigger.check(endpoint);
      },
      send: async (message, endpoint, now) => {
        const signal = AbortSignal.timeout(timeout);
        const exchange = (request: HttpRequest) => http.exchange({ ...request, signal }, now);
        return attempt({ trigger, message, endpoint, now, exchange });
      },
      accepted: answer => startedOf(answer),
      close: () => http.close(),
    };
  };
}

interface Attempt {
  readonly trigger: Trigger;
  readonly message: Message;
  readonly endpoint: Endpoint;
  readonly now: number;
  readonly exchange: (request: HttpRequest) => Promise<HttpReply>;
}

async function attempt({ trigger, message, endpoint, now, exchange }: Attempt): Promise<Answer & Started> {
  const order = readOrder(message);
  if (order === null)
    return { status: refused, detail: 'not sent: the message is no retraining order', retryAfter: null };
  const hidden = [order.fields.callback_token, ...secretsIn(endpoint.settings)];
  let last: TargetReply | null = null;
  const call: Call = async request => {
    hidden.push(...credentialsOf(request));
    last = readReply(await exchange(request));
    return last;
  };
  const shown = (text: string) => oneLine(struckOut(text, hidden));
  try {
    const { status, detail, ...begun } = await trigger.start(order, endpoint, call, now);
    const reply = last as TargetReply | null;
    const words = detail ?? (isGood(status) ? wordsOf(begun) : (reply?.text ?? ''));
    const waits = reply === null ? null : (reply.retryAfter ?? resetOf(reply, now));
    const body = reply === null || reply.text === '' ? {} : { body: struckOut(reply.text, hidden) };
    const retryAfter = isGood(status) ? null : waits;
    return { status, detail: shown(words), retryAfter, ...body, ...begun };
  } catch (error) {
    return { status: 0, detail: shown(describeFailure(error)), retryAfter: null };
  }
}

function readReply(reply: HttpReply): TargetReply {
  const text = reply.bytes.toString('utf8');
  return { ...reply, text, json: /[/+]json$/.test(reply.type) ? parse(text) : null };
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * A success in anything but JSON is not the target's: a page to sign in, a proxy. Where the target is idempotent it is
 * tried again, elsewhere it is shown to a person: a second run would be worse than none.
 */
export function notTheTarget(reply: TargetReply, idempotent: boolean): Outcome | null {
  if (!isGood(reply.status) || /[/+]json$/.test(reply.type)) return null;
  const detail = `answered ${reply.status} with ${reply.type || 'no content type'}, which is not what this target answers`;
  return { status: idempotent ? unclear : refused, detail };
}

/** Where a limit is told by the second at which it ends (GitHub's way). */
function resetOf(reply: TargetReply, now: number): number | null {
  const reset = reply.header('x-ratelimit-reset');
  if (reply.header('x-ratelimit-remaining') !== '0' || !/^\d{9,11}$/.test(reset)) return null;
  return Math.max(0, Number(reset) * 1000 - now);
}

function wordsOf({ run, url }: Started): string {
  return [run === undefined ? '' : `run ${run}`, url ?? ''].filter(part => part !== '').join(' ');
}

function startedOf(answer: Answer & Started): Started {
  const { run, url } = answer;
  return { ...(run === undefined ? {} : { run }), ...(url === undefined ? {} : { url }) };
}

/** A run's number or name, and its page where that is an address; nothing else of an answer is kept. */
export function started(run: unknown, url?: unknown): Started {
  const id = typeof run === 'number' || typeof run === 'string' ? String(run).slice(0, 200) : '';
  const page = typeof url === 'string' && /^https?:\/\/[^\s@]+$/.test(url) ? url.slice(0, 500) : '';
  return { ...(id === '' ? {} : { run: id }), ...(page === '' ? {} : { url: page }) };
}

function credentialsOf({ headers }: HttpRequest): string[] {
  return Object.entries(headers)
    .filter(([name]) => name === 'authorization')
    .flatMap(([, value]) => [value, value.split(' ').at(-1) ?? '']);
}
