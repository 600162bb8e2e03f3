import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseExact } from './parse.ts';

describe('parse', () => {
  it('gives what JSON.parse gives for every JSON value without huge integers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = JSON.stringify(value);
        expect(parse(text)).toEqual(JSON.parse(text));
        // An integral double beyond 2^53 is written as an integer literal in JSON: its digits are what is kept.
        const plain = (v: unknown) => (typeof v === 'bigint' ? Number(v) : v);
        expect(deepMap(parseExact(text), plain)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['NaN', Number.NaN],
    ['[NaN]', [Number.NaN]],
    ['{"a":NaN,"b":[Infinity,-Infinity]}', { a: Number.NaN, b: [Infinity, -Infinity] }],
    ['{"NaN":"NaN","I":"-Infinity","q":"\\"NaN"}', { NaN: 'NaN', I: '-Infinity', q: '"NaN' }],
    ['{"a":Infinity}', { a: Infinity }],
    ['{"a":-0,"b":1e999,"c":-1e999}', { a: -0, b: Infinity, c: -Infinity }],
    ['{"a":"\\\\","b":NaN}', { a: '\\', b: Number.NaN }],
  ])('reads %s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each([
    '',
    '{',
    '{"a":NaNs}',
    '{"a":nan}',
    '{"a":+1}',
    '{"a":--Infinity}',
    '{a:1}',
    "{'a':1}",
    '[1,]',
    '{"a":"\\ud8"}',
    '"\\ud83',
    '"\\',
  ])('says that %s is not JSON', text => {
    expect(parse(text)).toBeUndefined();
  });

  it('replaces lone surrogates and leaves pairs alone', () => {
    expect(parse('["\\ud83d\\ude00"]')).toEqual(['😀']);
    expect(parse('["\\ud83dx"]')).toEqual(['\ufffdx']);
    expect(parse('["\\ude00\\ud83d"]')).toEqual(['\ufffd\ufffd']);
    expect(parse('["\\ud83d\\ud83d\\ude00"]')).toEqual(['\ufffd😀']);
    expect(parse('["\\\\ud83d", "\\u0041"]')).toEqual(['\\ud83d', 'A']);
    expect(parse('{"\\udead":1}')).toEqual({ '\ufffd': 1 });
  });

  it('cannot be made to take a text for a number by spelling a marker', () => {
    expect(parse('{"a":"\\ud800","b":NaN,"c":"\\ud80112"}')).toEqual({
      a: '\ufffd',
      b: Number.NaN,
      c: '\ufffd12',
    });
  });
});

describe('parseExact', () => {
  it('keeps the digits of integers beyond 2^53 and nothing else', () => {
    expect(parseExact('[9007199254740991,9007199254740992,-9007199254740993]')).toEqual([
      9007199254740991,
      9007199254740992n,
      -9007199254740993n,
    ]);
    expect(parseExact('[1e300,18014398509481984.0,18014398509481984e0]')).toEqual([1e300, 2 ** 54, 2 ** 54]);
    expect(parseExact('["12345678901234567890"]')).toEqual(['12345678901234567890']);
    expect(parseExact(`[${'9'.repeat(309)},${'9'.repeat(310)}]`)).toEqual([
      BigInt('9'.repeat(309)),
      Infinity,
    ]);
  });

  it('keeps every large integer', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 200n), 2n ** 200n), big => {
        const [read] = parseExact(`[${big}]`) as [number | bigint];
        expect(BigInt(read)).toBe(big);
      }),
    );
  });

  it('changes no prototype', () => {
    const value = parseExact('{"__proto__":{"a":12345678901234567890},"b":NaN}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__', 'b']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('refuses leading zeros as JSON does', () => {
    expect(parseExact('[00000000000000000001]')).toBeUndefined();
  });
});

function deepMap(value: unknown, change: (v: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(v => deepMap(v, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, deepMap(v, change)]));
}
