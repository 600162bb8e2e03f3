/**
 * What the service of the kill tests reads: a day and a half of a model's payloads in the order of their arrival,
 * with everything that goes wrong on the way. The same bytes every time. Every number is a multiple of 1/8 or 1/64, so
 * that sums are exact in any order and two runs can be compared to the last bit.
 */

/** A record of the file and when it arrives, hours after the start. */
interface Arrival {
  readonly hour: number;
  readonly body: string;
}

export const model = 'churn';
export const environment = 'prod';
export const hourMs = 3_600_000;
/** Event time of one step: the jobs run after each. */
export const stepHours = 3;
export const hours = 39;
/** Hours in which the distribution changes; between them the model is retrained. */
const changes = [12, 30] as const;
const rowsAnHour = 100;
/** Nothing arrives late around the change: what an alert says then depends on when it was said. */
const calm = { from: 9, to: 24 };

export interface History {
  /** One record a line; some are not JSON. */
  readonly lines: readonly string[];
  /** Number of lines read when each step is over. */
  readonly steps: readonly number[];
}

/**
 * Where the history begins, epoch milliseconds, for runs that begin at `now`: recent enough that nothing is dropped for
 * its age, and always the same hour of the same day of the week, because windows are aligned.
 */
export function startBefore(now: number): number {
  const week = 168 * hourMs;
  return Math.floor((now - 72 * hourMs) / week) * week;
}

/** The records in order of arrival, cut into steps; `start` in epoch milliseconds. */
export function createHistory(start: number): History {
  const arrivals = [...allArrivals(start)].sort((a, b) => a.hour - b.hour);
  const steps: number[] = [];
  for (let end = stepHours; end <= hours; end += stepHours)
    steps.push(arrivals.filter(arrival => arrival.hour < end).length);
  return { lines: arrivals.slice(0, steps.at(-1)).map(arrival => arrival.body), steps };
}

/** A training set as the first day's rows look. */
export function trainingRows(start: number): string {
  const random = createRandom(7);
  return Array.from({ length: 2000 }, (_, i) =>
    JSON.stringify({
      ...payload(random, { start, hour: 0, index: i }),
      id: `training-${i}`,
      label: random() < 0.5 ? 'yes' : 'no',
    }),
  ).join('\n');
}

function* allArrivals(start: number): Generator<Arrival> {
  const random = createRandom(42);
  const late = () => 1 + Math.floor(random() * 6);
  const rows = hours * rowsAnHour;
  for (let i = 0; i < rows; i++) {
    const hour = i / rowsAnHour;
    const row = payload(random, { start, hour, index: i });
    const fate = random();
    const delayed = fate < 0.02 && isCalmFree(hour, 7);
    const at = delayed ? hour + late() : hour;
    yield { hour: at, body: JSON.stringify(row) };
    // A copy, exact or with another content.
    if (fate > 0.97) yield { hour: at + random() * 2, body: JSON.stringify(row) };
    if (fate > 0.995 && isCalmFree(hour, 3))
      yield { hour: at + 0.5, body: JSON.stringify({ ...row, latency_ms: 9000 }) };
    if (fate > 0.2 && fate < 0.5)
      yield {
        hour: at + random() * 6,
        body: label(row, timeAt(start, at + 0.25), fate < 0.35 ? 'yes' : 'no'),
      };
    if (random() < 0.01) yield { hour: at, body: garbage(i, start, hour) };
    // A stream that never has enough rows to learn from.
    if (i % 40 === 0) yield { hour, body: JSON.stringify({ ...row, model: 'small', id: `small-${i}` }) };
  }
}

function isCalmFree(hour: number, reach: number): boolean {
  return hour + reach < calm.from || hour >= calm.to;
}

interface Payload {
  readonly id: string;
  readonly [field: string]: unknown;
}

interface Place {
  readonly start: number;
  readonly hour: number;
  readonly index: number;
}

function timeAt(start: number, hour: number): string {
  return new Date(start + Math.floor(hour * hourMs)).toISOString();
}

function payload(random: () => number, { start, hour, index }: Place): Payload {
  const phase = changes.filter(change => hour >= change).length;
  const eighth = (most: number) => Math.floor(random() * most * 8) / 8;
  const score = Math.floor(random() * 65) / 64;
  const plans = [
    ['free', 'pro', 'pro', 'team'],
    ['free', 'free', 'free', 'team'],
    ['pro', 'max', 'team', 'max'],
  ];
  return {
    id: `row-${index}`,
    time: timeAt(start, hour),
    model,
    environment,
    version: index % 5 === 0 ? '2' : '1',
    features: {
      age: eighth(50) + 18 + [0, 24, 24][phase]!,
      income: random() < 0.1 ? null : eighth(1000) + [0, 0, 400][phase]!,
      plan: plans[phase]![Math.floor(random() * 4)]!,
      vip: random() < 0.25,
    },
    prediction: { label: score >= 0.5 ? 'yes' : 'no', probabilities: { yes: score, no: 1 - score } },
    ...(random() < 0.3 ? { label: random() < 0.5 ? 'yes' : 'no' } : {}),
    latency_ms: 125 * (1 + Math.floor(random() * 16)),
    status: random() < 0.02 ? 500 : 200,
    ...(random() < 0.02 ? { error: 'timeout' } : {}),
    request_bytes: 256 + Math.floor(random() * 512),
    segment: { country: random() < 0.5 ? 'NL' : 'DE' },
  };
}

function label(row: Payload, time: string, value: string): string {
  return JSON.stringify({ model, id: row.id, time, label: value });
}

/** A record that is refused; each kind has its own reason. */
function garbage(index: number, start: number, hour: number): string {
  const time = timeAt(start, hour);
  const whole = { id: `bad-${index}`, model, time, features: { age: 1 } };
  const kinds: unknown[] = [
    { ...whole, time: timeAt(start, 10_000) },
    { ...whole, time: timeAt(start, -10_000) },
    { ...whole, time: 'yesterday' },
    { id: `bad-${index}`, model, time },
    { ...whole, model: undefined },
    { ...whole, features: [1] },
  ];
  const kind = index % (kinds.length + 1);
  return kind === kinds.length ? `{"id": "bad-${index}", ` : JSON.stringify(kinds[kind]);
}

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
