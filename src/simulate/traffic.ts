import { seededRandom } from '../stats/random.ts';
import { corrupt, healthCheck } from './faults.ts';
import type { Injector } from './injection.ts';
import { createLabelQueue, type LabelQueue } from './labels.ts';
import type { Payload } from './payload.ts';
import type { NextRow, Row } from './row.ts';

/** What else than good inferences is sent; shares of payloads, delays in milliseconds of event time. */
export interface Disorder {
  readonly errors: number;
  readonly corrupted: number;
  readonly duplicates: number;
  readonly healthChecks: number;
  readonly outOfOrder: { readonly share: number; readonly delay: number };
  readonly labels: { readonly share: number; readonly delay: number };
}

export interface TrafficPlan {
  /** '' leaves the model to the rows of the file. */
  readonly model: string;
  readonly version: string;
  readonly environment: string;
  readonly rows: NextRow;
  readonly injector: Injector;
  readonly latency: (eventTime: number, random: () => number) => number;
  readonly disorder: Disorder;
  readonly seed: number;
  readonly users: number;
  /** No event time lies before it, epoch milliseconds. */
  readonly from: number;
}

/** The payloads of one user. */
export interface UserTraffic {
  /** Payloads for these event times, in order, and labels that are due by then; none when the rows are at an end. */
  next(times: readonly number[]): Promise<readonly Payload[]>;
  readonly labelsWaiting: number;
  readonly labelsDropped: number;
}

/** Payloads of a user that may be sent once more. */
const remembered = 16;
/** Labels of all users together that may wait for their time. */
const mostLabels = 200_000;

/** The same plan and user give the same payloads for the same times. */
export function createTraffic(plan: TrafficPlan, user: number): UserTraffic {
  const random = seededRandom(user * 2 ** 32 + (plan.seed >>> 0));
  const run = `${plan.seed.toString(36)}-${plan.from.toString(36)}-${user.toString(36)}`;
  const queue = createLabelQueue(plan.disorder.labels.delay, Math.ceil(mostLabels / plan.users));
  const recent: Payload[] = [];
  let number = 0;
  const slot = async (time: number): Promise<Payload | null> => {
    const id = `${run}-${(number++).toString(36)}`;
    const { healthChecks, corrupted, duplicates } = plan.disorder;
    const drawn = random();
    if (drawn < healthChecks)
      return { kind: 'health check', id, time, body: healthCheck(plan.model, random) };
    const again = recent.length === 0 ? undefined : recent[Math.floor(random() * recent.length)];
    if (drawn >= 1 - duplicates && again !== undefined) return { ...again, kind: 'duplicate' };
    const row = await plan.rows(time, random);
    if (row === null) return null;
    const fields = inference(plan, { row, id, time, random });
    if (drawn < healthChecks + corrupted)
      return { kind: 'corrupted', id, time, body: corrupt(fields, random) };
    const payload = good(fields, id, time);
    if (row.truth !== null && random() < plan.disorder.labels.share)
      queue.add(payload.id, payload.time, row.truth);
    recent[number % remembered] = payload;
    return payload;
  };
  return {
    next: async times => {
      const payloads: Payload[] = [];
      for (const time of times) {
        takeLabels(plan, queue, { time, payloads });
        const payload = await slot(time);
        if (payload === null) break;
        payloads.push(payload);
      }
      return payloads;
    },
    get labelsWaiting() {
      return queue.waiting;
    },
    get labelsDropped() {
      return queue.dropped;
    },
  };
}

function good(fields: Readonly<Record<string, unknown>>, id: string, time: number): Payload {
  const own = fields['id'];
  const eventTime = fields['time'];
  return {
    kind: 'inference',
    id: typeof own === 'string' ? own : id,
    time: typeof eventTime === 'number' ? eventTime : time,
    body: Buffer.from(JSON.stringify(fields)),
  };
}

function inference(
  plan: TrafficPlan,
  {
    row,
    id,
    time,
    random,
  }: { readonly row: Row; readonly id: string; readonly time: number; readonly random: () => number },
): Readonly<Record<string, unknown>> {
  const { outOfOrder, errors } = plan.disorder;
  const late = random() < outOfOrder.share ? random() * outOfOrder.delay : 0;
  const at = Math.floor(Math.max(plan.from, time - late));
  const failed = random() < errors;
  const latency = plan.latency(at, random);
  const drifted = plan.injector.apply(row, at, random);
  const { prediction, ...others } = drifted.payload;
  return {
    id,
    latency_ms: latency,
    status: 200,
    ...others,
    ...named(plan),
    time: at,
    ...(prediction === undefined || failed ? {} : { prediction }),
    ...(failed ? { status: 500, error: 'simulated failure' } : {}),
  };
}

/** What the command line names goes before what the row of a file says. */
function named({ model, version, environment }: TrafficPlan): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ model, version, environment }).filter(([, name]) => name !== ''),
  );
}

/** Labels that are due are sent along, a few with each payload at most, so that no request grows without bound. */
function takeLabels(
  plan: TrafficPlan,
  queue: LabelQueue,
  { time, payloads }: { readonly time: number; readonly payloads: Payload[] },
): void {
  for (let taken = 0; taken < 2; taken++) {
    const due = queue.take(time);
    if (due === null) return;
    const label = { ...named(plan), id: due.id, label: due.truth, time: Math.floor(due.time) };
    payloads.push({ kind: 'label', id: due.id, time: due.time, body: Buffer.from(JSON.stringify(label)) });
  }
}
