/** What the payloads of a run are. */
export const payloadKinds = ['inference', 'label', 'duplicate', 'corrupted', 'health check'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

/** Something to break a payload with. */
type Corruption = (payload: Readonly<Record<string, unknown>>) => Uint8Array;

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const deep = '['.repeat(200) + ']'.repeat(200);
const long = 'x'.repeat(70_000);

/**
 * Broken payloads as they are met: cut off, not UTF-8, wrong types, over the bounds of docs/formats.md. All of one size
 * class: a record of more than a megabyte would be refused by most brokers before Leeway sees it.
 */
const corruptions: readonly Corruption[] = [
  payload => {
    const whole = bytes(payload);
    return whole.subarray(0, Math.floor(whole.length / 2));
  },
  payload => Buffer.concat([bytes(payload), Buffer.from([0x7d])]),
  payload => Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), bytes(payload).subarray(1)]),
  payload => bytes({ ...payload, features: 'none' }),
  payload => bytes({ ...payload, status: 'ok' }),
  payload => bytes({ ...payload, latency_ms: 'fast' }),
  payload => bytes({ ...payload, time: 'yesterday' }),
  payload => bytes({ ...payload, error: long }),
  payload => Buffer.from(`${JSON.stringify(payload).slice(0, -1)},"trace":${deep}}`),
  () => bytes('simulated'),
];

/** A payload that no reader can use; `random` says in which way. */
export function corrupt(payload: Readonly<Record<string, unknown>>, random: () => number): Uint8Array {
  return corruptions[Math.floor(random() * corruptions.length)]!(payload);
}

const checks = [
  {},
  { ping: 'pong' },
  { live: true, ready: true },
  { method: 'GET', path: '/healthz' },
] as const;

/** What load balancers and probes leave in inference logs: no inference. */
export function healthCheck(model: string, random: () => number): Uint8Array {
  const check = checks[Math.floor(random() * checks.length)]!;
  return bytes(model === '' ? check : { model, ...check });
}
