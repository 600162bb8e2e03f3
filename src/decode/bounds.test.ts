import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBounds } from './bounds.ts';
import { defaultLimits } from './options.ts';

const tight = { ...defaultLimits, depth: 3, keys: 4, textBytes: 5 };

function check(text: string, limits = tight) {
  return checkBounds(Buffer.from(text), text, limits)?.reason ?? null;
}

describe('checkBounds', () => {
  it.each([
    ['{"a":{"b":[1]}}', null],
    ['{"a":{"b":[{}]}}', 'too-deep'],
    ['[[[[', 'too-deep'],
    ['{"a":[],"b":[],"c":[],"d":[]}', null],
    ['{"a":"[[[[{"}', null],
    ['{"a":1,"b":1,"c":1,"d":1}', null],
    ['{"a":1,"b":1,"c":1,"d":1,"e":1}', 'too-many-keys'],
    ['{"a":"::::::"}', 'text-too-long'],
    ['{"a":":::::"}', null],
    ['{"abcdef":1}', 'text-too-long'],
    ['{"a":"\\"\\"\\""}', 'text-too-long'],
    ['"abcdef', 'text-too-long'],
    ['{"é€":1}', null],
    ['{"é€é":1}', 'text-too-long'],
  ])('%s gives %s', (text, reason) => {
    expect(check(text)).toBe(reason);
  });

  it('agrees with a parser about depth and keys', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 6, maxKeys: 6 }), object => {
        const text = JSON.stringify(object);
        const size = measure(JSON.parse(text));
        const limits = { ...defaultLimits, depth: 4, keys: 8 };
        const over = size.depth > 4 || size.keys > 8;
        expect(check(text, limits) !== null).toBe(over);
      }),
    );
  });
});

function measure(value: unknown): { depth: number; keys: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0 };
  const inner = Object.values(value).map(measure);
  const keys = Array.isArray(value) ? 0 : Object.keys(value).length;
  return {
    depth: 1 + Math.max(0, ...inner.map(m => m.depth)),
    keys: keys + inner.reduce((sum, m) => sum + m.keys, 0),
  };
}
