import { createDecoder } from '../src/decode/decoder.ts';
import type { Inference } from '../src/domain/inference.ts';
import type { RawRecord } from '../src/domain/record.ts';

/** Features of every record: 20 numbers (7 with two decimals, 6 integers, 7 doubles with all their digits), 2 texts. */
export const featureCount = 22;
export const benchModel = 'churn';

/** Deterministic random numbers in [0, 1) (mulberry32), so that every run sees the same records. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where records are spread in event time, epoch milliseconds; half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `count` payloads of about 746 bytes, evenly over the span in time order. Ids begin with `prefix`. */
export function payloads(count: number, span: Span, prefix = 'request'): Buffer[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, n) => {
    const time = span.from + Math.floor(((span.to - span.from) * n) / count);
    return payload(`${prefix}-${n.toString(16).padStart(8, '0')}`, time, random);
  });
}

function payload(id: string, time: number, random: () => number): Buffer {
  const features: Record<string, unknown> = {};
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  for (let i = 0; i < 7; i++) features[`amount_${i}`] = Math.round(Math.exp(6 + normal()) * 100) / 100;
  for (let i = 0; i < 6; i++) features[`count_${i}`] = Math.floor(random() * 100);
  for (let i = 0; i < 7; i++) features[`ratio_${i}`] = normal();
  features['plan'] = `plan-${Math.floor(random() * 5)}`;
  features['region'] = `region-${Math.floor(random() * 12)}`;
  const yes = Math.round(random() * 1000) / 1000;
  return Buffer.from(
    JSON.stringify({
      id,
      time: new Date(time).toISOString(),
      model: benchModel,
      version: '3',
      environment: 'prod',
      features,
      prediction: {
        label: yes > 0.5 ? 'yes' : 'no',
        probabilities: { yes, no: Math.round((1 - yes) * 1000) / 1000 },
      },
      latency_ms: Math.round(random() * 300) / 10,
      status: 200,
      request_bytes: 400 + Math.floor(random() * 200),
      response_bytes: 64,
      segment: { country: 'NL' },
    }),
  );
}

/** Payloads as a source would deliver them. */
export function rawRecords(bodies: readonly Uint8Array[], time: number): RawRecord[] {
  return bodies.map((body, n) => ({
    source: 'bench',
    position: `c/t/0/${n}`,
    body,
    time,
    fallbackId: `bench/c/t/0/${n}`,
  }));
}

/** Payloads as rows, by the decoder of the product. */
export function inferencesOf(bodies: readonly Uint8Array[], now: number): Inference[] {
  const decoder = createDecoder();
  const rows: Inference[] = [];
  for (const record of rawRecords(bodies, now))
    for (const outcome of decoder.decode(record, now))
      if (outcome.kind === 'inference') rows.push(outcome.inference);
  return rows;
}
