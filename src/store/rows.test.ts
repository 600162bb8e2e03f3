import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonRows } from './rows.ts';

const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0xd800, max: 0xdfff }),
  fc.constantFrom(0x22, 0x5c, 0x0a),
);
const text = fc.array(unit, { maxLength: 12 }).map(units => String.fromCharCode(...units));

test('texts come out well-formed: lone surrogates as U+FFFD, everything else as it was', () => {
  fc.assert(
    fc.property(text, text, (key, value) => {
      const read = JSON.parse(jsonRows([{ [key]: value }])) as Record<string, string>;
      // UTF-8 is what the engine gets, and its encoder repairs in the same way.
      const repaired = (given: string) => Buffer.from(given).toString('utf8');
      expect(Object.entries(read)).toEqual([[repaired(key), repaired(value)]]);
    }),
  );
});
