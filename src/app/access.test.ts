import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createActTwins } from '../act/twins.ts';
import { loadConfig } from '../config/load.ts';
import type { Order } from '../domain/order.ts';
import { createManualClock } from '../lib/clock.ts';
import { createAccess } from './access.ts';

const now = 1_800_000_000_000;
const secretOf = (n: number) => `whsec_${Buffer.alloc(32, n).toString('base64')}`;
const text = '{"event_id":"run-1","state":"succeeded"}';
const target = (n: number) => ({ type: 'webhook', url: 'https://jobs.example.org', secrets: [secretOf(n)] });
const retraining = {
  targets: { jobs: target(1), builds: target(2) },
  retrain: { target: 'jobs' },
  rebuild: { target: 'builds' },
};
const config = loadConfig(null, { retraining } as unknown as Parameters<typeof loadConfig>[1], {});
const order: Order = {
  id: 'or_1',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'sent',
  reason: '',
  at: now,
  step: 1,
  transition: '',
  target: 'jobs',
  trigger: 'policy',
  by: 'default',
  body: '{}',
  result: '',
};

/** A report on an order, signed with the secret of one of the targets. */
const report = (secret: string, id = 'or_1') => ({
  order: id,
  id,
  timestamp: String(now / 1000),
  signature: new Webhook(secret).sign(id, new Date(now), text),
  body: Buffer.from(text),
});

describe('isSignedReport of the service', () => {
  it('takes the word of the target that an order was sent to, and of no other', async () => {
    const clock = createManualClock(now);
    const { orders } = createActTwins(clock);
    await orders.append(order);
    const told: string[] = [];
    const access = createAccess({
      config,
      clock,
      keys: {} as never,
      publisher: {
        accessRefused: () => undefined,
        accessUsed: () => undefined,
        callbackReceived: ({ order: of, outcome }) => void told.push(`${of} ${outcome}`),
      },
      tokens: { judge: async () => 'forged' },
      storage: { orders },
    });
    expect(await access.isSignedReport(report(secretOf(1)))).toBe(true);
    expect(told).toEqual([]);
    expect(await access.isSignedReport(report(secretOf(2)))).toBe(false);
    expect(await access.isSignedReport(report(secretOf(1), 'or_of_nobody'))).toBe(false);
    expect(told).toEqual(['or_1 forged', 'or_of_nobody forged']);
  });
});
