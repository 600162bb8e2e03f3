import { beforeEach, describe, expect, test } from 'vitest';
import type { Order } from '../domain/order.ts';
import { LeewayError } from '../lib/errors.ts';
import type { GateVerdict } from './gate.ts';
import type { GateRequest, Promoter, Promotion } from './ports.ts';
import { isGateHeld, promoteOrder } from './promotion.ts';

const order: Order = {
  id: 'or_1',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'succeeded',
  reason: '',
  at: 9_000_000,
  step: 4,
  transition: 'tr_1',
  target: 'trainer',
  trigger: 'policy',
  by: 'default',
  body: JSON.stringify({ timestamp: '1970-01-01T01:00:00.000Z' }),
  result: JSON.stringify({
    event_id: 'e',
    state: 'succeeded',
    version: '2',
    baseline: 7,
    metrics: { rows: 9 },
  }),
};

let verdict: GateVerdict;
let asked: GateRequest[];
let promotions: Promotion[];
let problems: string[];
let promoter: Promoter;
let steps: Order[];
let promoted: Order[];

beforeEach(() => {
  verdict = { outcome: 'gate-passed', detail: 'fine' };
  [asked, promotions, problems, steps, promoted] = [[], [], [], [], []];
  promoter = {
    promote: async promotion => (promotions.push(promotion), 7),
    gate: async request => (asked.push(request), verdict),
  };
});

const deps = () => ({
  promoter,
  orders: { steps: async () => steps, ofModel: async () => promoted },
  events: { problemOccurred: (p: { message: string }) => problems.push(p.message) },
});

describe('promoteOrder', () => {
  test('asks the gate with the report and the time of the order, not of its last step', async () => {
    expect(await promoteOrder(order, deps())).toMatchObject({
      state: 'promoted',
      reason: 'baseline 7 is active; gate-passed: fine',
    });
    expect(asked).toEqual([
      { model: 'churn', environment: 'prod', version: '2', ordered: 3_600_000, metrics: { rows: 9 } },
    ]);
    expect(promotions).toMatchObject([{ baseline: 7, by: 'order or_1', from: 9_000_000 }]);
  });

  test('a held order is one row, however often it is looked at, and another once the reason is another', async () => {
    verdict = { outcome: 'gate-held-too-few-labels', detail: '3 of 200' };
    const step = (await promoteOrder(order, deps()))!;
    expect(step).toEqual({
      state: 'succeeded',
      reason: 'gate-held-too-few-labels: 3 of 200',
      result: order.result,
    });
    const held = { ...order, ...step };
    expect(isGateHeld(held)).toBe(true);
    verdict = { ...verdict, detail: '80 of 200' };
    expect(await promoteOrder(held, deps())).toBeNull();
    verdict = { outcome: 'gate-held-worse', detail: 'accuracy' };
    expect(await promoteOrder(held, deps())).toMatchObject({ reason: 'gate-held-worse: accuracy' });
    verdict = { outcome: 'gate-passed', detail: 'fine' };
    expect(await promoteOrder(held, deps())).toMatchObject({ state: 'promoted' });
    expect(promotions).toHaveLength(1);
  });

  test('a person passes the gate, and is recorded', async () => {
    verdict = { outcome: 'gate-held-no-labels', detail: 'none' };
    const step = (await promoteOrder(order, deps(), { by: 'ops', newestRows: true }))!;
    expect(step.reason).toBe('baseline 7 is active; confirmed by ops, from the newest rows');
    expect(JSON.parse(step.result)).toMatchObject({ baseline: 7, confirmed_by: 'ops', newest_rows: true });
    expect(promotions).toMatchObject([{ newestRows: true }]);
    expect(asked).toEqual([]);
  });

  test('a report that names no data waits for a person, unless data can be found', async () => {
    const bare = { ...order, result: JSON.stringify({ event_id: 'e', state: 'succeeded', version: '2' }) };
    expect(await promoteOrder(bare, deps())).toMatchObject({
      state: 'succeeded',
      reason: expect.stringMatching(/^held-no-training-data/),
    });
    expect(await promoteOrder(bare, deps(), { by: 'ops', newestRows: true })).toMatchObject({
      state: 'promoted',
    });
    promoter = { ...promoter, finds: () => true };
    expect(await promoteOrder(bare, deps())).toMatchObject({ state: 'promoted' });
  });

  test('without a gate everything passes; a gate that fails is asked again', async () => {
    promoter = { promote: promoter.promote };
    expect(await promoteOrder(order, deps())).toMatchObject({ reason: 'baseline 7 is active' });
    promoter = { ...promoter, gate: async () => Promise.reject(new Error('store is away')) };
    expect(await promoteOrder(order, deps())).toBeNull();
    expect(problems).toEqual(['promotion of order or_1 (churn): store is away']);
    promoter = {
      promote: async () => Promise.reject(new LeewayError('LW_BASELINE_INVALID', 'only 12 rows')),
    };
    expect(await promoteOrder(order, deps())).toMatchObject({ reason: 'held-not-promotable: only 12 rows' });
  });

  test('is active from its success, however often the gate has held it since', async () => {
    steps = [
      { ...order, state: 'running', at: 8_000_000 },
      { ...order, reason: '', at: 8_500_000 },
      { ...order, reason: 'gate-held-no-labels: none', at: 9_000_000 },
    ];
    await promoteOrder(order, deps());
    expect(promotions).toMatchObject([{ from: 8_500_000 }]);
  });

  test('a newer order of its stream that is promoted leaves nothing to do', async () => {
    const made = (at: string) => JSON.stringify({ timestamp: at });
    const newer: Order = { ...order, id: 'or_2', state: 'promoted', body: made('1970-01-01T02:00:00.000Z') };
    promoted = [
      { ...newer, body: made('1970-01-01T00:59:00.000Z') },
      { ...newer, environment: 'test' },
      { ...newer, id: order.id },
    ];
    expect(await promoteOrder(order, deps())).toMatchObject({ state: 'promoted' });
    promoted.push(newer);
    for (const confirmed of [null, { by: 'ops', newestRows: true }])
      expect(await promoteOrder(order, deps(), confirmed)).toEqual({
        state: 'cancelled',
        reason: 'superseded: order or_2 was made later and is promoted',
        result: order.result,
      });
    expect(promotions).toHaveLength(1);
  });
});
