import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { orderKinds, orderStates, orderTriggers } from '../domain/order.ts';
import { orderHolds } from '../domain/refusal.ts';
import { callbackOutcomes } from './callback.ts';
import { judgeToken } from './callback-token.ts';

const page = readFileSync(new URL('../../docs/retraining.md', import.meta.url), 'utf8');

describe('docs/retraining.md', () => {
  it.each([
    ...Object.keys(orderHolds),
    ...orderStates,
    ...orderKinds,
    ...orderTriggers,
    ...callbackOutcomes,
    'resolved',
    'no-model',
    'unknown-model',
    'unknown-kind',
    'not-an-alert',
  ])('explains %s', word => {
    expect(page).toContain(`\`${word}\``);
  });

  it('holds tokens that are right', () => {
    const vectors = [...page.matchAll(/secret `([^`]+)`, order `([^`]+)`, expiry (\d+) give `([^`]+)`/g)];
    expect(vectors).toHaveLength(2);
    for (const [, secret, order, expiry, token] of vectors)
      expect(judgeToken(token!, { order: order!, now: Number(expiry) * 1000 - 1 }, [secret!])).toBe('valid');
  });
});
