import type { Delivery, Transition } from '../domain/alert.ts';
import type { Order } from '../domain/order.ts';
import { messageId } from './ids.ts';
import { parseMemory } from './memory.ts';
import type {
  DeliveryStore,
  EndpointState,
  PendingMessage,
  PendingQuery,
  RecordedDelivery,
} from './ports.ts';

/** What is to be delivered, as the other twins hold it. */
export interface DeliveryTwinState {
  readonly transitions: ReadonlyMap<string, Transition>;
  readonly orders: readonly Order[];
  /** When each transition or order was written, by its id. */
  readonly written: ReadonlyMap<string, number>;
}

interface Entry {
  readonly id: string;
  readonly body: string;
  /** Messages that follow each other. */
  readonly line: string;
  readonly step: number;
}

interface Candidate extends Entry {
  readonly written: number;
  readonly last: RecordedDelivery | null;
}

/** The target of orders that name none. */
const usualTarget = 'retraining';
const day = 86_400_000;
const openOutcomes: readonly string[] = ['retry', 'again', 'disabled'];

/** Deliveries in memory. */
export function createDeliveryTwin(
  state: DeliveryTwinState,
): DeliveryStore & { readonly recorded: RecordedDelivery[] } {
  const recorded: RecordedDelivery[] = [];
  const endpoints = new Map<string, EndpointState>();
  const lastOf = (message: string, endpoint: string) =>
    recorded
      .filter(a => a.message === message && a.endpoint === endpoint)
      .sort((a, b) => b.attempt - a.attempt)[0] ?? null;
  const ofId = (id: string) =>
    recorded.filter(a => a.message === id || a.message === messageId(id, a.endpoint));
  return {
    recorded,
    record: async (delivery, answer = '') => {
      const same = recorded.findIndex(
        a =>
          a.message === delivery.message &&
          a.endpoint === delivery.endpoint &&
          a.attempt === delivery.attempt,
      );
      if (same >= 0) recorded.splice(same, 1);
      recorded.push({ ...delivery, answer });
    },
    pending: async query => pendingOf(state, recorded, query),
    outcome: async (message, endpoint) => {
      const last = lastOf(message, endpoint);
      return last === null ? null : { outcome: last.outcome, status: last.status, detail: last.detail };
    },
    recent: async (endpoint, limit) =>
      recorded
        .filter(a => a.endpoint === endpoint && a.outcome !== 'again')
        .sort((a, b) => b.at - a.at || b.attempt - a.attempt)
        .slice(0, limit)
        .map(({ status, at }) => ({ status, at })),
    attempts: async id => ofId(id).sort(byTime),
    isFor: async (id, endpoint) => {
      const transition = state.transitions.get(id);
      if (transition !== undefined) return isTold(transition, endpoint);
      const last = state.orders.filter(order => order.id === id).at(-1);
      return last !== undefined && targetOf(last) === endpoint;
    },
    list: async ({ endpoint, id, outcome, limit }) =>
      (id === null ? [...recorded] : ofId(id))
        .filter(
          a => (endpoint === null || a.endpoint === endpoint) && (outcome === null || a.outcome === outcome),
        )
        .sort((a, b) => b.at - a.at || compare(a.message, b.message) || b.attempt - a.attempt)
        .slice(0, limit),
    endpointState: async (name, kind) => endpoints.get(`${kind} ${name}`) ?? null,
    setEndpointState: async (name, kind, value) => {
      const known = endpoints.get(`${kind} ${name}`);
      if (known === undefined || known.at <= value.at) endpoints.set(`${kind} ${name}`, value);
    },
  };
}

function pendingOf(
  state: DeliveryTwinState,
  recorded: readonly RecordedDelivery[],
  query: PendingQuery,
): readonly PendingMessage[] {
  const { endpoint, since, now, limit } = query;
  const lines = new Map<string, Candidate[]>();
  const mine = recorded.filter(a => a.endpoint === endpoint && a.at >= since - day);
  const ofMessage = (id: string) =>
    mine.filter(a => a.message === messageId(id, endpoint)).sort((a, b) => a.attempt - b.attempt);
  for (const entry of entriesOf(state, query, id => ofMessage(id).some(a => a.outcome === 'again'))) {
    const last = ofMessage(entry.id).at(-1) ?? null;
    if (last !== null && !openOutcomes.includes(last.outcome)) continue;
    const candidate = { ...entry, last, written: state.written.get(entry.id) ?? 0 };
    lines.set(entry.line, [...(lines.get(entry.line) ?? []), candidate]);
  }
  return [...lines.values()]
    .map(line => line.sort((a, b) => a.step - b.step || a.written - b.written || compare(a.id, b.id)))
    .filter(line => isDue(line[0]!, Math.max(...line.map(each => each.written)), now))
    .map(line => line[0]!)
    .sort((a, b) => a.written - b.written || compare(a.id, b.id))
    .slice(0, limit)
    .map(({ id, body }) => {
      const records = ofMessage(id);
      const attempts = records.at(-1)?.attempt ?? 0;
      const begun = records.findLast(a => a.outcome === 'again' || a.outcome === 'disabled')?.attempt ?? 0;
      return { id, body, attempts, tries: attempts - begun };
    });
}

function isDue({ last }: Candidate, newest: number, now: number): boolean {
  if (last === null || last.outcome !== 'retry') return true;
  return last.next <= now || (newest > last.at && newest <= now) || last.at > now + 60_000;
}

function entriesOf(
  { transitions, orders, written }: DeliveryTwinState,
  { endpoint, takes, since }: PendingQuery,
  asked: (id: string) => boolean,
): Entry[] {
  const recent = (id: string) => (written.get(id) ?? 0) >= since;
  if (takes === 'alerts')
    return [...transitions.values()]
      .filter(t => isTold(t, endpoint))
      .filter(t => recent(t.id) || asked(t.id))
      .map(({ id, body, policy, model, environment, memory }) => ({
        id,
        body,
        line: JSON.stringify([policy, model, environment]),
        step: parseMemory(memory).step,
      }));
  const last = new Map<string, Order>();
  for (const step of orders) if (step.step >= (last.get(step.id)?.step ?? 0)) last.set(step.id, step);
  return [...last.values()]
    .filter(order => targetOf(order) === endpoint)
    .filter(
      ({ id, state }) =>
        (state === 'requested' && recent(id)) || ((state === 'requested' || state === 'sent') && asked(id)),
    )
    .map(({ id, body }) => ({ id, body, line: id, step: 0 }));
}

function isTold({ notify, routes }: Transition, endpoint: string): boolean {
  return notify && (routes.length === 0 || routes.includes(endpoint));
}

function targetOf({ target }: Order): string {
  return target === '' ? usualTarget : target;
}

function byTime(a: Delivery, b: Delivery): number {
  return a.at - b.at || compare(a.endpoint, b.endpoint) || a.attempt - b.attempt;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
