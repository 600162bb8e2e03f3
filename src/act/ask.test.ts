import { describe, expect, it } from 'vitest';
import type { Order } from '../domain/order.ts';
import type { OrderRequest } from './actor.ts';
import { asksOf } from './ask.ts';
import { orderId } from './ids.ts';
import { emptyLength, emptyMemory, type Memory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const hour = 3_600_000;
const began = Date.UTC(2026, 9, 1);

/** A performance check still pages in a window that begins at `start`. */
const paging = (start: number, ...held: string[]): Memory => ({
  ...emptyMemory,
  state: 'firing',
  announced: 'firing',
  episode: 3,
  since: began / 1000,
  remedial: true,
  lengths: { 86_400: { ...emptyLength, status: 'page', start: start / 1000, held } },
});

const request = (over: Partial<OrderRequest>, actions?: readonly string[]): OrderRequest => ({
  alert: { policy: 'default', model: 'churn', environment: 'prod' },
  transition: 'tr_1',
  memory: paging(began, 'drift feature:age'),
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
  const low = paging(began + 10 * hour, 'performance accuracy');

  it('a rebuild is asked for, which names the order', () => {
    const [ask, ...rest] = asksOf(request({ memory: low }), [promoted()]);
    expect(ask).toMatchObject({
      kind: 'rebuild',
      trigger: 'after-retrain',
      reason: 'performance stayed low after order or_old was promoted',
      episode: { insisted: true },
    });
    expect(rest.map(each => each.kind)).toEqual(['retrain']);
  });

  it.each<[string, Memory, Partial<Order>]>([
    ['the window began before the promotion', paging(began + 10 * hour - 1000, 'performance accuracy'), {}],
    ['it is not performance that pages', paging(began + 10 * hour, 'drift feature:age'), {}],
    ['the episode began after it', { ...low, since: (began + 11 * hour) / 1000 }, {}],
    ['it was promoted in another environment', low, { environment: 'test' }],
    ['it was a rebuild', low, { kind: 'rebuild' }],
    [
      'the length does not page any more',
      { ...low, lengths: { 86_400: { ...low.lengths[86_400]!, status: 'near' } } },
      {},
    ],
  ])('not when %s', (_, memory, over) => {
    expect(kinds(request({ memory }), [promoted(over)])).toEqual([['retrain', 'policy']]);
  });

  it('once for each promoted order', () => {
    const id = (order: Order) => asksOf(request({ memory: low }), [order])[0]!.id;
    expect(id(promoted())).toBe(id(promoted({ step: 9 })));
    expect(id(promoted({ id: 'or_new' }))).not.toBe(id(promoted()));
  });

  it('not where the policy orders nothing', () => {
    expect(kinds(request({ memory: low }, ['notify']), [promoted()])).toEqual([]);
  });
});
