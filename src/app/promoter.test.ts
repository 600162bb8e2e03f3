import { expect, test } from 'vitest';
import type { Activation } from '../domain/baseline.ts';
import { LeewayError } from '../lib/errors.ts';
import type { RangeOptions, UploadOptions } from '../profile/baselines.ts';
import { createPromoter, type PromoterDeps } from './promoter.ts';

const order = { model: 'churn', environment: 'prod', version: '2', by: 'order 1', from: 7_200_000 };

function start(over: Partial<PromoterDeps> = {}) {
  const cuts: RangeOptions[] = [];
  const uploads: UploadOptions[] = [];
  const activations: Activation[] = [];
  const promoter = createPromoter({
    baselines: {
      fromRange: async options => {
        cuts.push(options);
        return { baseline: 2 } as never;
      },
      fromRows: async options => {
        uploads.push(options);
        return { baseline: 3 } as never;
      },
      activate: async options => {
        activations.push({ ...options, at: 0 });
        return { ...options, at: 0 };
      },
    },
    store: {
      activations: async () => activations,
      list: async () => uploads.map(({ note }) => ({ note, baseline: 3 }) as never),
    },
    ...over,
  });
  return { promoter, cuts, uploads, activations };
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

const training = { from: 0, to: 3_600_000 };

test('what the registry keeps with a version goes before the training period, and is fetched once', async () => {
  let fetched = 0;
  const artifacts = { fetch: async () => (fetched++, []) };
  const { promoter, uploads, cuts, activations } = start({ artifacts });
  expect(promoter.finds!('churn')).toBe(true);
  expect(await promoter.promote({ ...order, training })).toBe(3);
  activations.length = 0;
  expect(await promoter.promote({ ...order, training })).toBe(3);
  expect([fetched, uploads.length, cuts.length]).toEqual([1, 1, 0]);
  expect(uploads).toMatchObject([{ origin: 'registry', note: 'registry artifact of version 2, order 1' }]);
});

test('a registry that refuses holds up only a version that brought nothing else; one that is away holds up all', async () => {
  const failing = (code: 'LW_REGISTRY_BASELINE' | 'LW_REGISTRY_AWAY') =>
    start({ artifacts: { fetch: () => Promise.reject(new LeewayError(code, 'no')) } }).promoter;
  expect(await failing('LW_REGISTRY_BASELINE').promote({ ...order, training })).toBe(2);
  await expect(failing('LW_REGISTRY_BASELINE').promote(order)).rejects.toMatchObject({ status: 409 });
  await expect(failing('LW_REGISTRY_AWAY').promote({ ...order, training })).rejects.toMatchObject({
    status: 503,
  });
  const none = start({ artifacts: { fetch: async () => null } }).promoter;
  await expect(none.promote(order)).rejects.toThrow('and the registry keeps no rows with it');
});

test('a baseline that was posted goes before all; a registry without rows is none', async () => {
  const { promoter, cuts } = start({ artifacts: { fetch: async () => null } });
  expect(await promoter.promote({ ...order, baseline: 5, training })).toBe(5);
  expect(cuts).toEqual([]);
  expect(
    await start({ artifacts: { fetch: async () => null } }).promoter.promote({ ...order, training }),
  ).toBe(2);
});

test('the newest rows only when a person says so, or the configuration does and nothing else is there', async () => {
  const { promoter, cuts } = start();
  expect(promoter.finds!('churn')).toBe(false);
  expect(await promoter.promote({ ...order, baseline: 5, newestRows: true })).toBe(2);
  expect(cuts).toMatchObject([{ from: order.from - 7 * 86_400_000, to: order.from }]);
  const allowed = start({ rules: model => ({ from: model === 'churn' ? 'newest-rows' : 'training-data' }) });
  expect(allowed.promoter.finds!('churn')).toBe(true);
  expect(allowed.promoter.finds!('fraud')).toBe(false);
  expect(await allowed.promoter.promote(order)).toBe(2);
  await expect(allowed.promoter.promote({ ...order, model: 'fraud', by: 'order 2' })).rejects.toThrow(
    'came without a baseline',
  );
  expect(allowed.cuts).toMatchObject([{ to: order.from, note: 'newest rows at version 2, order 1' }]);
});

test('an empty training period is refused', async () => {
  const empty = { ...order, training: { from: 5, to: 5 } };
  await expect(start().promoter.promote(empty)).rejects.toMatchObject({ code: 'LW_BASELINE_INVALID' });
});
