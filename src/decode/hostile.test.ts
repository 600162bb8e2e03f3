import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoders } from '../../test/hostile/decoders.ts';
import { createMutations } from '../../test/hostile/mutations.ts';
import type { RawRecord } from '../domain/record.ts';
import { type Outcome, rejectReasons } from '../domain/reject.ts';
import { splitBody } from './body.ts';

const now = Date.UTC(2026, 10, 21, 10);

/** Inputs that have broken decoders: each with what becomes of it. */
const corpus: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['an array bomb', '['.repeat(1_000_000), 'not-json'],
  ['an object bomb', '{"a":'.repeat(200_000), 'too-deep'],
  ['brackets that only close', ']'.repeat(100_000), 'not-json'],
  ['an array of brackets', `[${'['.repeat(500_000)}${']'.repeat(500_000)}]`, 'too-deep'],
  ['a deep feature', `{"model":"m","features":{"a":${'['.repeat(40)}${']'.repeat(40)}}}`, 'too-deep'],
  ['a row of colons', ':'.repeat(500_000), 'too-many-keys'],
  ['a row of quotes', '"'.repeat(500_001), 'not-json'],
  ['a row of backslashes', `{"a":"${'\\'.repeat(60_001)}"}`, 'not-json'],
  ['a huge key', `{"${'k'.repeat(100_000)}":1}`, 'text-too-long'],
  ['a text that never ends', `{"a":"${'x'.repeat(100_000)}`, 'text-too-long'],
  ['a huge number', `{"model":"m","features":{"a":${'9'.repeat(900_000)}}}`, 'inference'],
  ['a small number', '{"model":"m","features":{"a":1e-999,"b":-0,"c":1e999}}', 'inference'],
  ['a number with a million zeros', `{"model":"m","features":{"a":0.${'0'.repeat(900_000)}1}}`, 'inference'],
  [
    'many large integers',
    `{"model":"m","features":{"a":[${`${'9'.repeat(300)},`.repeat(3000)}1]}}`,
    'inference',
  ],
  ['many NaN', `{"model":"m","features":{"a":[${'NaN,'.repeat(49_000)}1]}}`, 'inference'],
  [
    'more values than a row may have',
    `{"model":"m","features":{"a":[${'NaN,'.repeat(50_000)}1]}}`,
    'too-many-keys',
  ],
  ['NaN everywhere', 'NaN'.repeat(300_000), 'not-json'],
  ['__proto__ as a key', '{"__proto__":{"model":"m","status":200}}', 'no-content'],
  [
    '__proto__ as a feature',
    '{"model":"m","features":{"__proto__":{"polluted":1},"constructor":2}}',
    'inference',
  ],
  ['__proto__ with NaN', '{"model":"m","features":{"__proto__":NaN,"toString":"x"}}', 'inference'],
  [
    'constructor.prototype',
    '{"model":"m","features":{"constructor":{"prototype":{"polluted":1}}}}',
    'inference',
  ],
  ['duplicate keys', '{"model":"m","model":"n","features":{"a":1,"a":[],"a":"x"}}', 'inference'],
  ['a lone surrogate', '{"model":"m","id":"\\ud800","features":{"\\udfff":"\\ud800x"}}', 'inference'],
  ['a NUL', '{"model":"m","id":"a\\u0000b","features":{"a\\u0000":"\\u0000"}}', 'inference'],
  ['a bare NUL', '{"model":"m\u0000","status":1}', 'not-json'],
  ['an overlong slash', new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), 'not-utf8'],
  ['UTF-16', Buffer.from('{"model":"m","status":1}', 'utf16le'), 'not-json'],
  ['gzip', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'not-utf8'],
  ['a comment', '{"model":"m"/**/,"status":1}', 'not-json'],
  ['a template', '{"model":"${7*7}","status":1}', 'inference'],
];

function recordOf(body: Uint8Array): RawRecord {
  return { source: 's', position: 'p', body, time: now, fallbackId: 's/p' };
}

function check(outcomes: readonly Outcome[]): void {
  expect(outcomes.length).toBeGreaterThan(0);
  const reasons: readonly string[] = rejectReasons;
  outcomes.forEach((outcome, index) => {
    const position = outcomes.length === 1 ? 'p' : `p#${index}`;
    if (outcome.kind === 'rejected') {
      const { reject } = outcome;
      const sound =
        reasons.includes(reject.reason) && reject.position === position && reject.detail.length <= 300;
      if (!sound) throw new Error(JSON.stringify(reject));
    } else if (outcome.kind === 'inference') {
      const { inference } = outcome;
      const sound =
        inference.position === position &&
        inference.model !== '' &&
        inference.id !== '' &&
        inference.numNames.length === inference.numValues.length &&
        inference.catNames.length === inference.catValues.length &&
        inference.scoreNames.length === inference.scoreValues.length &&
        inference.numValues.every(value => typeof value === 'number') &&
        inference.catValues.every(value => typeof value === 'string' && value.length <= 512) &&
        Number.isInteger(inference.time) &&
        Number.isInteger(inference.status);
      if (!sound) throw new Error(JSON.stringify(inference));
    }
  });
}

describe('hostile input', () => {
  it.each(corpus)('%s is taken in its stride', (_, input, expected) => {
    const body = typeof input === 'string' ? Buffer.from(input) : input;
    for (const decoder of decoders) check(decoder.decode(recordOf(body), now));
    const [outcome] = (decoders[0] as (typeof decoders)[0]).decode(recordOf(body), now);
    expect(outcome?.kind === 'rejected' ? outcome.reject.reason : outcome?.kind).toBe(expected);
  });

  it('changes no prototype', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const [, input] of corpus) {
      const body = typeof input === 'string' ? Buffer.from(input) : input;
      for (const decoder of decoders) decoder.decode(recordOf(body), now);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('of any bytes gives at least one outcome and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        for (const decoder of decoders) {
          check(decoder.decode(recordOf(bytes), now));
          expect(decoder.decodeLabels(recordOf(bytes), now).length).toBeGreaterThan(0);
        }
        for (const row of splitBody(bytes, '').rows) expect(row.length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('of any JSON gives at least one outcome and never throws', () => {
    const field = fc.constantFrom(
      'id',
      'time',
      'model',
      'features',
      'prediction',
      'label',
      'status',
      'segment',
    );
    const row = fc.dictionary(field, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(fc.oneof(row, fc.array(row), fc.jsonValue()), value => {
        const body = Buffer.from(JSON.stringify(value));
        for (const decoder of decoders) check(decoder.decode(recordOf(body), now));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('20,000 mutations of good payloads', () => {
  it('never throw, and reach stored rows as well as many reasons', () => {
    const next = createMutations(20261121, now);
    const kinds = new Map<string, number>();
    for (let n = 0; n < 20_000; n++) {
      const decoder = decoders[n % 7 === 0 ? 2 : n % 2] as (typeof decoders)[0];
      const outcomes = decoder.decode(recordOf(next()), now);
      check(outcomes);
      for (const outcome of outcomes) {
        const kind = outcome.kind === 'rejected' ? outcome.reject.reason : outcome.kind;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }
    }
    expect(kinds.get('inference')).toBeGreaterThan(1000);
    expect(kinds.get('label')).toBeGreaterThan(200);
    expect(kinds.size).toBeGreaterThan(12);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  });
});
