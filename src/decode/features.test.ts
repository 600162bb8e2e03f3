import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addFeatures, createFeatures, removeRepeated } from './features.ts';

function flatten(object: Record<string, unknown>) {
  const features = createFeatures();
  addFeatures(features, object);
  if (features.derived) removeRepeated(features);
  const zip = <T>(names: readonly string[], values: readonly T[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i] as T]));
  return {
    ...features,
    num: zip(features.numNames, features.numValues),
    cat: zip(features.catNames, features.catValues),
  };
}

const sixteen = Array.from({ length: 16 }, (_, i) => i);

describe('features', () => {
  it('keeps numbers, texts and booleans, and leaves out null', () => {
    const { num, cat } = flatten({ age: 41, plan: 'pro', vip: true, off: false, income: null, code: '007' });
    expect(num).toEqual({ age: 41 });
    expect(cat).toEqual({ plan: 'pro', vip: 'true', off: 'false', code: '007' });
  });

  it('keeps what is not a number as a number, and minus zero', () => {
    const { num } = flatten({ a: Number.NaN, b: Infinity, c: -Infinity, d: -0 });
    expect(num).toEqual({ a: Number.NaN, b: Infinity, c: -Infinity, d: -0 });
  });

  it('gives nested objects dotted names', () => {
    const { num, cat } = flatten({ a: { b: { c: 1 }, d: 'x' }, e: {} });
    expect(num).toEqual({ 'a.b.c': 1 });
    expect(cat).toEqual({ 'a.d': 'x' });
  });

  it('gives arrays of up to 16 numbers a feature per element', () => {
    const { num, cat } = flatten({ v: [1, null, 2n ** 64n, 4], w: sixteen });
    expect(num).toMatchObject({ 'v[0]': 1, 'v[3]': 4, 'w[15]': 15 });
    expect(num).not.toHaveProperty('v[1]');
    expect(cat).toEqual({ 'v[2]': '18446744073709551616' });
    expect(num).not.toHaveProperty('v.length');
  });

  it('watches longer arrays of numbers by length, emptiness and norm', () => {
    const { num, cat } = flatten({ v: [3, null, 4, ...sixteen.map(() => 0)] });
    expect(num).toEqual({ 'v.length': 19, 'v.norm': 5 });
    expect(cat).toEqual({ 'v.empty': 'false' });
  });

  it.each([
    ['empty', [], 0, 'true'],
    ['of texts', ['a', 'b'], 2, 'false'],
    ['mixed', [1, 'b'], 2, 'false'],
    ['of booleans', [true], 1, 'false'],
    ['of arrays', [[1], [2]], 2, 'false'],
    ['of objects', [{ a: 1 }], 1, 'false'],
  ])('watches an array %s by its shape alone', (_, array, length, empty) => {
    const { num, cat } = flatten({ v: array });
    expect(num).toEqual({ 'v.length': length });
    expect(cat).toEqual({ 'v.empty': empty });
  });

  it('keeps texts of 256 characters and watches longer ones by shape', () => {
    const short = '😀'.repeat(256);
    expect(flatten({ t: short }).cat).toEqual({ t: short });
    const { num, cat } = flatten({ t: `${short}x`, u: 'a'.repeat(1000) });
    expect(num).toEqual({ 't.length': 257, 'u.length': 1000 });
    expect(cat).toEqual({ 't.empty': 'false', 'u.empty': 'false' });
  });

  it('stores each name once: the later number, else the later text', () => {
    expect(flatten({ 'a.b': 1, a: { b: 2 } }).numNames).toEqual(['a.b']);
    expect(flatten({ 'a.b': 1, a: { b: 2 }, c: 3 }).num).toEqual({ 'a.b': 2, c: 3 });
    const mixed = flatten({ 'a.b': 'x', a: { b: 2 }, 'v.empty': 'maybe', v: [] });
    expect(mixed.num).toEqual({ 'a.b': 2, 'v.length': 0 });
    expect(mixed.catNames).toEqual(['v.empty']);
    expect(mixed.cat).toEqual({ 'v.empty': 'true' });
  });

  it('says that a number may have lost digits', () => {
    expect(flatten({ a: 2 ** 53 }).inexact).toBe(true);
    expect(flatten({ a: [-(2 ** 60)] }).inexact).toBe(true);
    expect(flatten({ a: Number.MAX_SAFE_INTEGER, b: 0.1 }).inexact).toBe(false);
  });

  it('refuses names over 256 characters, however they are made', () => {
    expect(flatten({ ['n'.repeat(256)]: 1 }).problem).toBeNull();
    expect(flatten({ ['n'.repeat(257)]: 1 }).problem?.reason).toBe('bad-features');
    expect(flatten({ ['n'.repeat(200)]: { ['m'.repeat(100)]: 'x' } }).problem?.reason).toBe('bad-features');
  });

  it('gives every name once and every flat scalar its value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 })), object => {
        const { numNames, catNames, num, cat } = flatten(object);
        const names = [...numNames, ...catNames];
        expect(new Set(names).size).toBe(names.length);
        const all: Record<string, unknown> = Object.assign(Object.create(null), cat, num);
        const nested = Object.values(object).some(v => typeof v === 'object' && v !== null);
        if (nested) return;
        for (const [name, value] of Object.entries(object)) {
          if (value === null) expect(name in all).toBe(false);
          else expect(all[name]).toEqual(typeof value === 'boolean' ? String(value) : value);
        }
      }),
    );
  });
});
