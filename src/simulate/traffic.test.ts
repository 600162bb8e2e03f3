import { describe, expect, it } from 'vitest';
import { parseFeatures } from './feature.ts';
import { createInjector } from './injection.ts';
import { createLatencies } from './latency-shape.ts';
import type { Payload } from './payload.ts';
import { createPopulation } from './population.ts';
import { createTraffic, type Disorder, type TrafficPlan } from './traffic.ts';

const order: Disorder = {
  errors: 0,
  corrupted: 0,
  duplicates: 0,
  healthChecks: 0,
  outOfOrder: { share: 0, delay: 0 },
  labels: { share: 0, delay: 0 },
};
const span = { from: 1_000_000, to: 11_000_000 };
const plan = (disorder: Partial<Disorder> = {}, more: Partial<TrafficPlan> = {}): TrafficPlan => ({
  model: 'm',
  version: '',
  environment: '',
  rows: createPopulation(parseFeatures(['a:normal:0:1']), 0),
  injector: createInjector([], new Map(), span),
  latency: createLatencies({ shape: { median: 40, p99: 250 }, step: null, span }),
  disorder: { ...order, ...disorder },
  seed: 5,
  users: 2,
  from: span.from,
  ...more,
});
const times = (count: number) => Array.from({ length: count }, (_, i) => span.from + i * 1000);
const send = (given: TrafficPlan, count: number, user = 0) => createTraffic(given, user).next(times(count));
const json = ({ body }: Payload) => JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
const ofKind = (payloads: readonly Payload[], kind: Payload['kind']) => payloads.filter(p => p.kind === kind);

describe('the payloads of a user', () => {
  it('are the same for the same seed, user and times, and others for another', async () => {
    const text = async (given: TrafficPlan, user = 0) =>
      (await send(given, 50, user)).map(p => Buffer.from(p.body).toString());
    const disorder = { errors: 0.1, corrupted: 0.1, duplicates: 0.1, healthChecks: 0.1 };
    expect(await text(plan(disorder))).toEqual(await text(plan(disorder)));
    expect(await text(plan(disorder))).not.toEqual(await text(plan(disorder), 1));
    expect(await text(plan(disorder))).not.toEqual(await text(plan(disorder, { seed: 6 })));
  });

  it('are payloads of version 1 with an id of their own', async () => {
    const payloads = [...(await send(plan(), 100)), ...(await send(plan(), 100, 1))];
    const [first] = payloads;
    expect(json(first!)).toMatchObject({ model: 'm', time: span.from, status: 200, id: first!.id });
    expect(new Set(payloads.map(p => p.id)).size).toBe(200);
  });

  it('hold the shares that were asked for', async () => {
    const disorder = { errors: 0.1, corrupted: 0.1, duplicates: 0.1, healthChecks: 0.1 };
    const payloads = await send(plan(disorder), 4000);
    for (const kind of ['corrupted', 'duplicate', 'health check'] as const) {
      expect(ofKind(payloads, kind).length, kind).toBeGreaterThan(300);
      expect(ofKind(payloads, kind).length, kind).toBeLessThan(500);
    }
    const inferences = ofKind(payloads, 'inference').map(json);
    const failed = inferences.filter(p => p['status'] === 500);
    expect(failed.length / inferences.length).toBeGreaterThan(0.07);
    expect(failed.length / inferences.length).toBeLessThan(0.13);
    expect(failed.every(p => p['prediction'] === undefined && p['error'] === 'simulated failure')).toBe(true);
  });

  it('a duplicate is an inference that was sent before', async () => {
    const payloads = await send(plan({ duplicates: 0.3 }), 300);
    const sent = new Map<string, string>();
    let seen = 0;
    for (const { kind, id, body } of payloads) {
      const text = Buffer.from(body).toString();
      if (kind === 'duplicate') {
        expect(sent.get(id)).toBe(text);
        seen++;
      } else sent.set(id, text);
    }
    expect(seen).toBeGreaterThan(50);
  });

  it('late ones are late by no more than was said, and never before the start', async () => {
    const payloads = await send(plan({ outOfOrder: { share: 0.5, delay: 60_000 } }), 1000);
    const late = payloads.map((p, i) => times(1000)[i]! - (json(p)['time'] as number));
    expect(Math.max(...late)).toBeLessThanOrEqual(60_000);
    expect(late.filter(l => l > 0).length).toBeGreaterThan(400);
    expect(payloads.every(p => p.time >= span.from)).toBe(true);
  });

  it('labels come when they are due, with the id of their inference', async () => {
    const traffic = createTraffic(plan({ labels: { share: 1, delay: 100_000 } }), 0);
    const payloads = await traffic.next(times(300));
    const labels = ofKind(payloads, 'label').map(json);
    expect(labels.length).toBe(200);
    expect(traffic.labelsWaiting).toBe(100);
    const inferences = ofKind(payloads, 'inference').map(json);
    expect(labels[0]).toEqual({
      model: 'm',
      id: inferences[0]!['id'],
      label: expect.stringMatching(/^(yes|no)$/),
      time: span.from + 100_000,
    });
  });

  it('labels that wait are bounded, and what is given up is counted', async () => {
    const traffic = createTraffic(plan({ labels: { share: 1, delay: 1e12 } }, { users: 100_000 }), 0);
    await traffic.next(times(50));
    expect([traffic.labelsWaiting, traffic.labelsDropped]).toEqual([2, 48]);
  });

  it('end when the rows are at an end', async () => {
    let left = 3;
    const rows = async () => (left-- > 0 ? { payload: { features: { x: 1 } }, truth: null } : null);
    const traffic = createTraffic(plan({}, { rows }), 0);
    expect(await traffic.next(times(5))).toHaveLength(3);
    expect(await traffic.next(times(5))).toHaveLength(0);
  });

  it('latencies have the median and the 99th percentile asked for, and the step', async () => {
    const latency = createLatencies({
      shape: { median: 40, p99: 250 },
      step: { factor: 3, from: { kind: 'share', share: 0.5 } },
      span,
    });
    const given = await send(plan({}, { latency }), 10_000);
    const sorted = (part: readonly Payload[]) =>
      part.map(p => json(p)['latency_ms'] as number).sort((a, b) => a - b);
    const before = sorted(given.slice(0, 5000));
    const after = sorted(given.slice(5000));
    expect(before[2500]! / 40).toBeCloseTo(1, 0);
    expect(before[4950]! / 250).toBeGreaterThan(0.8);
    expect(before[4950]! / 250).toBeLessThan(1.25);
    expect(after[2500]! / before[2500]!).toBeGreaterThan(2.6);
    expect(after[2500]! / before[2500]!).toBeLessThan(3.4);
  });
});
