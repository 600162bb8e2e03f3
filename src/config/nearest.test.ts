import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

describe('nearest', () => {
  it.each([
    ['prot', 'port'],
    ['tpoics', 'topics'],
    ['Lisen', 'listen'],
    ['zebra', null],
  ])('%s -> %s', (word, expected) => {
    expect(nearest(word, ['port', 'topics', 'listen'])).toBe(expected);
  });

  it('finds a candidate itself', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1 }), words => {
        expect(nearest(words[0]!, words)).toBe(words[0]);
      }),
    );
  });
});
