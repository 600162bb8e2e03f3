import { expect, test } from 'vitest';
import { defaultPromotion, promotionFor } from './promotion.ts';

const all = { ...defaultPromotion, leastLabels: 500 };
const rules = { ...all, models: { 'churn*': { from: 'newest-rows' }, churn: { gate: false } } } as const;

test('the first pattern that fits counts, over what holds for all', () => {
  expect(promotionFor(rules, 'churn')).toEqual({ ...all, from: 'newest-rows' });
  expect(promotionFor(rules, 'fraud')).toEqual(all);
  expect(promotionFor({ ...rules, models: { '*': { leastLabels: 20, gate: false } } }, 'fraud')).toEqual({
    from: 'training-data',
    gate: false,
    leastLabels: 20,
  });
});

test('without the section the defaults hold', () => {
  expect(promotionFor(undefined, 'churn')).toEqual(defaultPromotion);
});
