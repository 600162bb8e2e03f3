import { describe, expect, it } from 'vitest';
import type { Finding } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import type { OrderRequest } from './actor.ts';
import { asksOf } from './ask.ts';
import { decide } from './decide.ts';
import { orderId } from './ids.ts';
import { emptyMemory, type Memory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';

const hour = 3_600_000;
const began = Date.UTC(2026, 9, 1);

const request = (over: Partial<OrderRequest>, actions?: readonly string[]): OrderRequest => ({
  alert: { policy: 'default', model: 'churn', environment: 'prod' },
  transition: 'tr_1',
  memory: emptyMemory,
  policy: (actions === undefined ? defaultPolicy : { ...defaultPolicy, actions }) as Policy,
  calls: ['retrain'],
  now: began + 48 * hour,
  ...over,
});

const promoted = (over: Partial<Order> = {}): Order => ({
  id: 'or_old',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'promoted',
  reason: 'baseline 2 is active',
  at: began + 10 * hour,
  step: 5,
  transition: 'tr_0',
  target: 'trainer',
  trigger: 'schedule',
  by: '0 3 * * 1 UTC',
  body: '{}',
  result: '{}',
  ...over,
});

const kinds = (...of: Parameters<typeof asksOf>) => asksOf(...of).map(({ kind, trigger }) => [kind, trigger]);

describe('what an episode asks for', () => {
  it('is what its findings call for, a rebuild first', () => {
    expect(kinds(request({}), [])).toEqual([['retrain', 'policy']]);
    expect(kinds(request({ calls: ['retrain', 'rebuild'] }), [])).toEqual([
      ['rebuild', 'policy'],
      ['retrain', 'policy'],
    ]);
  });

  it('is one order of each kind for an episode', () => {
    const asks = asksOf(request({ calls: ['retrain', 'rebuild'] }), []);
    expect(asks.map(ask => ask.id)).toEqual([expect.stringMatching(/^or_/), orderId('tr_1')]);
    expect(asks).toEqual(asksOf(request({ calls: ['retrain', 'rebuild'] }), []));
  });

  it('where nothing is called for, a retraining is thought of, to be refused by name', () => {
    const [ask] = asksOf(request({ calls: [] }), []);
    expect(ask).toMatchObject({ kind: 'retrain', episode: { insisted: false } });
  });

  it('is what the policy says, if it says something', () => {
    expect(kinds(request({}, ['notify']), [])).toEqual([]);
    expect(kinds(request({ calls: [] }, ['notify', 'rebuild']), [])).toEqual([['rebuild', 'policy']]);
    expect(asksOf(request({ calls: [] }, ['retrain']), [])[0]?.episode?.insisted).toBe(true);
  });
});

describe('after a retraining that did not help', () => {
  const promotion = began + 10 * hour;
  const low = { check: 'performance', subject: 'accuracy', verdict: 'drift', effect: 0.1 } as const;
  const learnt = { ...low, verdict: 'learning' } as const;
  const fine = { ...low, verdict: 'stable', effect: 0 } as const;
  const moved = { verdict: 'drift', effect: 0.3 } as const;
  const still = { verdict: 'stable' } as const;

  /** Windows of an hour that begin so many hours after the episode began; those from 10 on after the promotion. */
  const fold = (findings: Readonly<Record<number, readonly Partial<Finding>[]>>): Memory =>
    Object.entries(findings).reduce((memory, [at, found]) => {
      const window = judged((began + Number(at) * hour) / 1000, 3600, found);
      const now = (window.windowStart + 3600) * 1000 + 60_000;
      const context = { now, promotion: now > promotion + hour ? promotion : null };
      return decide(memory, window, defaultPolicy, context).memory;
    }, emptyMemory);
  const stayedLow = fold({ 0: [low, still], 10: [low, still] });

  it('a rebuild is asked for, which names the order', () => {
    const [ask, ...rest] = asksOf(request({ memory: stayedLow }), [promoted()]);
    expect(ask).toMatchObject({
      kind: 'rebuild',
      trigger: 'after-retrain',
      reason: 'performance stayed low after order or_old was promoted',
      episode: { insisted: true },
    });
    expect(rest.map(each => each.kind)).toEqual(['retrain']);
  });

  it('also when performance is not among the worst that are listed', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({
      ...moved,
      effect: 0.9,
      subject: `feature:f${i}`,
    }));
    const memory = fold({ 0: [low], 10: [low, ...many] });
    expect(memory.evidence.some(({ check }) => check === 'performance')).toBe(false);
    expect(kinds(request({ memory }), [promoted()])).toContainEqual(['rebuild', 'after-retrain']);
  });

  it.each<[string, Memory, Partial<Order>]>([
    ['no window that began after the promotion was judged', fold({ 0: [low], 9: [low] }), {}],
    ['it is another feature that pages', fold({ 0: [low, still], 10: [still], 11: [moved] }), {}],
    [
      'another feature pages while performance is still being learnt',
      fold({ 0: [low, still], 10: [learnt, moved], 11: [learnt, moved] }),
      {},
    ],
    ['another feature pages while performance is clear', fold({ 0: [low], 10: [fine, moved] }), {}],
    ['the episode began after it', fold({ 10: [low, still], 11: [low, still] }), {}],
    ['it was promoted in another environment', stayedLow, { environment: 'test' }],
    ['it was a rebuild', stayedLow, { kind: 'rebuild' }],
    ['performance does not page any more', fold({ 0: [low], 10: [low], 11: [fine, moved] }), {}],
  ])('not when %s', (_, memory, over) => {
    expect(memory).toMatchObject({ state: 'firing' });
    expect(kinds(request({ memory }), [promoted(over)])).toEqual([['retrain', 'policy']]);
  });

  it('once for each promoted order', () => {
    const id = (order: Order) => asksOf(request({ memory: stayedLow }), [order])[0]!.id;
    expect(id(promoted())).toBe(id(promoted({ step: 9 })));
    expect(id(promoted({ id: 'or_new' }))).not.toBe(id(promoted()));
  });

  it('not where the policy orders nothing', () => {
    expect(kinds(request({ memory: stayedLow }, ['notify']), [promoted()])).toEqual([]);
  });
});
