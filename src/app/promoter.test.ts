import { expect, test } from 'vitest';
import type { Activation } from '../domain/baseline.ts';
import type { RangeOptions } from '../profile/baselines.ts';
import { createPromoter } from './promoter.ts';

const order = { model: 'churn', environment: 'prod', version: '2', by: 'order 1', from: 7_200_000 };

function start() {
  const cuts: RangeOptions[] = [];
  const activations: Activation[] = [];
  const promoter = createPromoter({
    baselines: {
      fromRange: async options => {
        cuts.push(options);
        return { baseline: 2 } as never;
      },
      activate: async options => {
        activations.push({ ...options, at: 0 });
        return { ...options, at: 0 };
      },
    },
    store: { activations: async () => activations, list: async () => [] },
  });
  return { promoter, cuts, activations };
}

test('a baseline is cut from the rows of the environment that ordered it, and made active once', async () => {
  const { promoter, cuts, activations } = start();
  const training = { from: 0, to: 3_600_000 };
  expect(await promoter.promote({ ...order, training })).toBe(2);
  expect(await promoter.promote({ ...order, training })).toBe(2);
  expect(cuts).toMatchObject([{ model: 'churn', environment: 'prod', ...training }]);
  expect(activations).toMatchObject([{ baseline: 2, version: '', from: order.from, by: 'order 1' }]);
});

test('without a training period only a baseline that is there can be promoted', async () => {
  const { promoter, cuts } = start();
  await expect(promoter.promote(order)).rejects.toMatchObject({ code: 'LW_BASELINE_INVALID' });
  expect(await promoter.promote({ ...order, baseline: 5 })).toBe(5);
  expect(cuts).toEqual([]);
});
