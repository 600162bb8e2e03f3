import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { createDecoder } from './decoder.ts';
import { fieldNames } from './fields.ts';

const now = Date.UTC(2026, 10, 21, 10);
const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(read('payload-v1.schema.json')) as {
  readonly properties: Readonly<Record<string, unknown>>;
};
const validator = Schema.Compile(schema);
// Accepted event times depend on the clock, which a schema does not have.
const decoder = createDecoder({ model: '', retentionSeconds: Infinity, aheadMs: Infinity });

function accepts(row: unknown): boolean {
  const body = Buffer.from(JSON.stringify(row));
  const outcomes = decoder.decode({ source: 's', position: 'p', body, time: now, fallbackId: 's/p' }, now);
  return outcomes.every(outcome => outcome.kind !== 'rejected');
}

/** Values that a field may or may not take. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 200, 999, 1000, '', 'x', ' ', 'a\nb', [], {}, [1]),
  fc.constantFrom<unknown>(
    'm'.repeat(128),
    'm'.repeat(129),
    'x'.repeat(256),
    'x'.repeat(257),
    '😀'.repeat(128),
  ),
  fc.constantFrom<unknown>(
    '2026-11-21T10:00:00Z',
    '2026-11-21T10:00:00',
    '2026-11-21 10:00:00.5+02:00',
    1e17,
    1e16,
  ),
  fc.constantFrom<unknown>(
    { label: 'a' },
    { label: 1, score: '1' },
    { score: 1 },
    { label: '' },
    { label: null },
  ),
  fc.constantFrom<unknown>(
    { label: 'a', probabilities: { a: 1, b: null } },
    { label: 'a', probabilities: { a: '' } },
  ),
  fc.constantFrom<unknown>(
    { a: 'x', b: 1, c: null },
    { a: [] },
    { ['n'.repeat(129)]: 1 },
    { ['n'.repeat(257)]: 1 },
  ),
);

describe('docs/payload-v1.schema.json', () => {
  it('has a property per field', () => {
    expect(Object.keys(schema.properties).sort()).toEqual([...fieldNames].sort());
  });

  it('accepts the examples of docs/formats.md, as the decoder does', () => {
    const examples = [...read('formats.md').matchAll(/```json\n([\s\S]*?)```/g)].map(m =>
      JSON.parse(m[1] as string),
    );
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) {
      expect([validator.Check(example), accepts(example)]).toEqual([true, true]);
    }
  });

  it.each(fieldNames.filter(name => name !== 'model'))('says of `%s` what the decoder says', name => {
    fc.assert(
      fc.property(odd, value => {
        const row = name === 'status' ? { model: 'm', prediction: 1 } : { model: 'm', status: 200 };
        expect(validator.Check({ ...row, [name]: value })).toBe(accepts({ ...row, [name]: value }));
      }),
      { numRuns: 400 },
    );
  });

  it('says of whole rows what the decoder says', () => {
    const content = fc.record(
      { id: odd, features: odd, prediction: odd, label: odd, status: odd, segment: odd, more: odd },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(content, fields => {
        const row = { model: 'm', ...fields };
        const isLabel = [row.features, row.prediction, row.status].every(v => v === undefined || v === null);
        // A label's other fields are passed over by the decoder; the schema still says what they should be.
        if (!isLabel || validator.Check(row)) expect(accepts(row)).toBe(validator.Check(row));
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves the model to the source', () => {
    expect(validator.Check({ status: 200 })).toBe(true);
    expect(accepts({ status: 200 })).toBe(false);
  });
});
