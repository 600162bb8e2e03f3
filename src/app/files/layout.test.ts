import { describe, expect, it } from 'vitest';
import { bodyOf, checkColumns, type LayoutOptions, utcTime } from './layout.ts';

const plain: LayoutOptions = { columns: {}, ignore: [], utc: false, mapped: false };
const body = (
  content: string | Record<string, unknown>,
  options: Partial<LayoutOptions> = {},
  problem = '',
) =>
  bodyOf(
    { number: 0, line: 1, content: typeof content === 'string' ? Buffer.from(content) : content, problem },
    { ...plain, ...options },
  ).toString();

describe('a row of a table', () => {
  it('has the columns named as fields for fields, and all others for features', () => {
    expect(JSON.parse(body({ id: 'a', time: 1, age: 41, plan: 'pro', prediction: 0.5 }))).toEqual({
      id: 'a',
      time: 1,
      prediction: 0.5,
      features: { age: 41, plan: 'pro' },
    });
  });

  it('has other columns for fields when it is told so, and none that is to be left out', () => {
    const options = { columns: { id: 'request', time: 'ts' }, ignore: ['note'], utc: true };
    expect(
      JSON.parse(body({ request: 'r', ts: '2026-11-21 10:00:00', time: 5, note: 'x', age: 1 }, options)),
    ).toEqual({ id: 'r', time: '2026-11-21T10:00:00Z', features: { age: 1 } });
  });

  it('keeps not-a-number and infinities as the decoder reads them', () => {
    expect(body({ id: 'a', x: Number.NaN, y: -Infinity })).toBe(
      '{"id":"a","features":{"x":NaN,"y":-Infinity}}',
    );
  });
});

describe('a line of NDJSON', () => {
  it('in payload version 1, or that is no object, is handed over byte by byte', () => {
    for (const line of [
      '{ "id":"a","features":{"x":1},"extra":2}',
      '{"id": 12345678901234567890}',
      '[1]',
      'nonsense',
    ])
      expect(body(line)).toBe(line);
  });

  it('without features takes its other keys for them, digit by digit', () => {
    expect(body('{"id":12345678901234567890,"time":1,"x":2.5}')).toBe(
      '{"id":12345678901234567890,"time":1,"features":{"x":2.5}}',
    );
  });

  it('is left alone where a mapping reads it', () => {
    expect(body('{"a":{"b":1}}', { mapped: true })).toBe('{"a":{"b":1}}');
    expect(body({ a: 1, time: 2 }, { mapped: true })).toBe('{"a":1,"time":2}');
  });
});

it('a row that cannot be used becomes no JSON, whatever it holds', () => {
  expect(body('{"id":"a"}', {}, 'too long')).toBe('# too long');
});

it.each([
  ['2026-11-21', '2026-11-21T00:00:00Z'],
  ['2026-11-21 10:00', '2026-11-21T10:00:00Z'],
  ['2026-11-21T10:00:01.5', '2026-11-21T10:00:01.5Z'],
  ['2026-11-21T10:00:01+02:00', '2026-11-21T10:00:01+02:00'],
  ['21.11.2026', '21.11.2026'],
])('%s as UTC is %s', (text, wanted) => {
  expect(utcTime(text)).toBe(wanted);
});

describe('columns', () => {
  const file = { shown: 'a.csv', columns: ['ts', 'age'] };
  it('must hold a time, unless the rows are of now', () => {
    expect(() => checkColumns(file, plain, false)).toThrow(/--time COLUMN, or give --now.*ts, age/);
    expect(() => checkColumns(file, plain, true)).not.toThrow();
    expect(() => checkColumns(file, { ...plain, columns: { time: 'ts' } }, false)).not.toThrow();
  });
  it('that are named must be there', () => {
    expect(() => checkColumns(file, { ...plain, columns: { id: 'nr' } }, true)).toThrow('no column "nr"');
  });
});
