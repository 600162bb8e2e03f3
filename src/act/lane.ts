import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { type AttemptDeps, attempt } from './attempt.ts';
import { attemptsNeeded, type Breaker, type BreakerSettings, breakerOf, defaultBreaker } from './breaker.ts';
import type { Channel, Endpoint } from './channel.ts';
import { runCrew } from './crew.ts';
import { activeSince, disable } from './endpoint-state.ts';
import type { DeliveryStore, PendingMessage } from './ports.ts';
import { createSerial } from './serial.ts';

export interface LaneDeps extends AttemptDeps {
  readonly deliveries: DeliveryStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: Pick<Events, 'deliveryAttempted' | 'breakerChanged'>;
  /** Attempts under way at once at one endpoint; 4 unless told. */
  readonly slots?: number;
  readonly breaker?: BreakerSettings;
  /**
   * Asked before each attempt to send an order, which may have waited for a slot: null when it is not to be sent any
   * more; otherwise what is called when the attempt has come to an end. Without it every order that is due is sent.
   */
  readonly beginOrder?: (id: string) => Promise<(() => void) | null>;
}

/** Who is told, and how. */
export interface Receiver {
  readonly endpoint: Endpoint;
  readonly channel: Channel;
}

/** The way to one endpoint: what it does with its slots holds up no other. */
export interface Lane {
  /** Sends what is due, as far as slots are free; resolves with the attempts it made, when they have come to an end. */
  tick(receiver: Receiver): Promise<number>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/**
 * Nothing is sent that is older, milliseconds: far beyond the retry schedule, which a breaker and messages that wait for
 * each other stretch.
 */
export const messageLife = 30 * 86_400_000;

/** Most messages taken up at once. */
const batch = 100;

const usualSlots = 4;

export function createLane(deps: LaneDeps): Lane {
  const taker = createTaker(deps);
  const turns = new Set<Promise<unknown>>();
  const run = async (receiver: Receiver) => {
    let made = 0;
    /** Not to be sent: they may be due in the store still. */
    const passed = new Set<string>();
    // A receiver that is in trouble is left alone until the next round.
    const send = async (message: PendingMessage) => {
      const ended = await begin(deps, receiver, message);
      if (ended === null) {
        passed.add(message.id);
        return true;
      }
      const outcome = await attempt(deps, receiver, message).finally(ended);
      made++;
      if (outcome === 'disabled') await disable(deps, receiver.endpoint);
      return outcome !== 'retry' && outcome !== 'disabled';
    };
    for (;;) {
      const { queue, width } = await taker.take(receiver, passed);
      if (width === 0) return made;
      const { stopped } = await runCrew(queue, width, send, taker.freeSlot).finally(() =>
        taker.release(queue),
      );
      if (stopped) return made;
    }
  };
  return {
    tick: receiver => {
      const turn = run(receiver).finally(() => turns.delete(turn));
      turns.add(turn);
      return turn;
    },
    idle: async () => void (await Promise.allSettled(turns)),
  };
}

const nothingToEnd = () => {};

function begin(deps: LaneDeps, { endpoint }: Receiver, { id }: PendingMessage) {
  return endpoint.takes === 'orders' && deps.beginOrder !== undefined ? deps.beginOrder(id) : nothingToEnd;
}

/** What one turn has taken up, and with how many slots. */
interface Turn {
  readonly queue: readonly PendingMessage[];
  readonly width: number;
}

const nothing: Turn = { queue: [], width: 0 };

/** Hands out messages that are due, each to one turn at a time, as far as slots are free and the breaker lets them. */
function createTaker(deps: LaneDeps) {
  const serial = createSerial();
  const slots = deps.slots ?? usualSlots;
  /** Messages of turns that are not over: they are still due in the store until their attempt is recorded. */
  const taken = new Set<string>();
  let busy = 0;
  /** Null: nothing was told since the start. */
  let told: Breaker['state'] | null = null;

  const look = async (name: string): Promise<Breaker> => {
    const breaker = await readBreaker(deps, name);
    if (breaker.state !== (told ?? 'closed')) deps.events.breakerChanged({ endpoint: name, ...breaker });
    told = breaker.state;
    return breaker;
  };
  const take = async ({ endpoint }: Receiver, passed: ReadonlySet<string>): Promise<Turn> => {
    if (busy >= slots) return nothing;
    // Remembered before the store is read: what ends in between is still due in what was read.
    const before = new Set([...taken, ...passed]);
    const due = (await readDue(deps, endpoint)).filter(({ id }) => !before.has(id));
    // Also when nothing is due: that it has closed is worth telling.
    if (due.length === 0 && told === 'closed') return nothing;
    const { state } = await look(endpoint.name);
    if (due.length === 0 || state === 'open' || (state === 'half-open' && busy > 0)) return nothing;
    const queue = state === 'half-open' ? due.slice(0, 1) : due;
    const width = Math.min(slots - busy, queue.length);
    busy += width;
    for (const { id } of queue) taken.add(id);
    return { queue, width };
  };
  return {
    take: (receiver: Receiver, passed: ReadonlySet<string>) => serial(() => take(receiver, passed)),
    freeSlot: () => {
      busy--;
    },
    release: (queue: readonly PendingMessage[]) => {
      for (const { id } of queue) taken.delete(id);
    },
  };
}

/** State of an endpoint's breaker, from what is recorded. */
export async function readBreaker(
  deps: Pick<LaneDeps, 'deliveries' | 'clock' | 'breaker'>,
  endpoint: string,
): Promise<Breaker> {
  const settings = deps.breaker ?? defaultBreaker;
  const recent = await deps.deliveries.recent(endpoint, attemptsNeeded(settings));
  return breakerOf(recent, deps.clock.now(), settings);
}

async function readDue(deps: LaneDeps, endpoint: Endpoint): Promise<readonly PendingMessage[]> {
  const since = await activeSince(deps, endpoint);
  if (since === null) return [];
  const now = deps.clock.now();
  const due = await deps.deliveries.pending({
    endpoint: endpoint.name,
    takes: endpoint.takes,
    since: Math.max(since, now - messageLife),
    now,
    limit: batch,
  });
  if (due.length > 0) deps.failpoint?.('read-back');
  return due;
}
