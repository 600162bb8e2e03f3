import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type RejectReason, rejectReasons } from '../domain/reject.ts';
import { createDecoder } from './decoder.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { type DecodeOptions, defaultLimits } from './options.ts';
import { reasonSentences } from './reasons.ts';
import { isRefusal, refuse } from './refusal.ts';

const now = Date.UTC(2026, 10, 21, 10);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const ok = { model: 'm', status: 200 };
const nested = (depth: number) => Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]));

interface Case {
  readonly body: Uint8Array;
  readonly reason: RejectReason;
  readonly options?: Partial<DecodeOptions>;
  readonly time?: null;
}

const cases: readonly Case[] = [
  { reason: 'not-json', body: Buffer.from('{"model":"m"') },
  { reason: 'not-json', body: Buffer.from('[{"model":"m"}') },
  { reason: 'not-json', body: Buffer.from([0, 0, 0, 0, 1, 0x7b, 0x7d]) },
  { reason: 'not-utf8', body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
  { reason: 'not-utf8', body: Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]) },
  { reason: 'not-an-object', body: Buffer.from('null') },
  { reason: 'not-an-object', body: Buffer.from('"text"') },
  { reason: 'not-an-object', body: Buffer.from('[[1]]') },
  { reason: 'too-large', body: Buffer.alloc(1_048_577, 0x20) },
  { reason: 'too-large', body: Buffer.from(`[${'{},'.repeat(10_000)}{}]`) },
  { reason: 'too-deep', body: nested(33) },
  { reason: 'too-many-keys', body: json({ ...ok, features: many(2000) }) },
  { reason: 'text-too-long', body: json({ ...ok, error: 'x'.repeat(65_537) }) },
  { reason: 'text-too-long', body: json({ ...ok, ['k'.repeat(65_537)]: 1 }) },
  { reason: 'empty', body: Buffer.from('') },
  { reason: 'empty', body: Buffer.from(' \r\n\t') },
  { reason: 'empty', body: Buffer.from('[ ]') },
  { reason: 'no-model', body: json({ status: 200 }) },
  { reason: 'no-model', body: json({ id: 'a', label: 1 }) },
  { reason: 'no-content', body: json({ model: 'm', id: 'a' }) },
  { reason: 'bad-model', body: json({ ...ok, model: '' }) },
  { reason: 'bad-model', body: json({ ...ok, model: ' ' }) },
  { reason: 'bad-model', body: json({ ...ok, model: 'a\u0000b' }) },
  { reason: 'bad-model', body: json({ ...ok, model: 'm'.repeat(129) }) },
  { reason: 'bad-model', body: json({ ...ok, model: {} }) },
  { reason: 'bad-version', body: json({ ...ok, version: 1.5 }) },
  { reason: 'bad-environment', body: json({ ...ok, environment: ['prod'] }) },
  { reason: 'bad-id', body: json({ ...ok, id: '' }) },
  { reason: 'bad-id', body: json({ ...ok, id: 'i'.repeat(129) }) },
  { reason: 'bad-id', body: json({ ...ok, id: true }) },
  { reason: 'bad-id', body: json({ ...ok, id: 0.5 }) },
  { reason: 'bad-id', body: json({ model: 'm', label: 1 }) },
  { reason: 'bad-id', body: json({ model: 'm', id: {}, label: 1 }) },
  { reason: 'bad-time', body: json({ ...ok, time: '2026-11-21T10:00:00' }) },
  { reason: 'bad-time', body: json({ ...ok, time: {} }) },
  { reason: 'bad-time', body: json(ok), options: { serverTime: false }, time: null },
  { reason: 'time-ahead', body: json({ ...ok, time: now + 300_001 }) },
  { reason: 'bucket-sealed', body: json({ ...ok, time: now - 31 * 86_400_000 }) },
  { reason: 'bad-features', body: json({ model: 'm', features: [1] }) },
  { reason: 'bad-features', body: json({ model: 'm', features: 'x' }) },
  { reason: 'bad-features', body: json({ model: 'm', features: { ['n'.repeat(257)]: 1 } }) },
  { reason: 'bad-prediction', body: json({ model: 'm', prediction: [0.1] }) },
  { reason: 'bad-prediction', body: json({ model: 'm', prediction: { score: 1 } }) },
  { reason: 'bad-prediction', body: json({ model: 'm', prediction: { label: '' } }) },
  { reason: 'bad-prediction', body: Buffer.from('{"model":"m","prediction":{"label":NaN}}') },
  { reason: 'bad-prediction', body: json({ model: 'm', prediction: { label: 'a', score: '1' } }) },
  { reason: 'bad-prediction', body: json({ model: 'm', prediction: { label: 'a', probabilities: [1] } }) },
  {
    reason: 'bad-prediction',
    body: json({ model: 'm', prediction: { label: 'a', probabilities: { a: '1' } } }),
  },
  { reason: 'bad-label', body: json({ ...ok, label: [] }) },
  { reason: 'bad-label', body: json({ ...ok, label: 'x'.repeat(257) }) },
  { reason: 'bad-label', body: Buffer.from('{"model":"m","status":1,"label":1e999}') },
  { reason: 'bad-label', body: json({ model: 'm', id: 'a', label: '' }) },
  { reason: 'bad-label', body: json({ model: 'm', id: 'a', label: {} }) },
  { reason: 'bad-number', body: json({ ...ok, latency_ms: '12' }) },
  { reason: 'bad-number', body: json({ ...ok, request_bytes: -1 }) },
  { reason: 'bad-number', body: json({ ...ok, response_bytes: true }) },
  { reason: 'bad-status', body: json({ ...ok, status: '200' }) },
  { reason: 'bad-status', body: json({ ...ok, status: 1000 }) },
  { reason: 'bad-status', body: json({ ...ok, status: 1.5 }) },
  { reason: 'bad-error', body: json({ ...ok, error: { code: 1 } }) },
  { reason: 'bad-segment', body: json({ ...ok, segment: ['NL'] }) },
  { reason: 'bad-segment', body: json({ ...ok, segment: { a: {} } }) },
  { reason: 'bad-segment', body: json({ ...ok, segment: { a: 'x'.repeat(257) } }) },
  { reason: 'bad-segment', body: json({ ...ok, segment: many(17) }) },
  {
    reason: 'bad-mapping',
    body: json({ a: 1 }),
    options: { mapping: parseMapping({ features: '/b' }) as Mapping },
  },
  { reason: 'unknown-key', body: json({ ...ok, prediciton: 1 }), options: { unknownKeys: 'refuse' } },
  { reason: 'too-many-features', body: json({ ...ok, features: { a: [1, 2, 3], b: 1 } }), options: tight(3) },
  {
    reason: 'too-many-features',
    body: json({ model: 'm', prediction: { label: 'a', probabilities: many(4) } }),
    options: tight(3),
  },
];

function tight(features: number): Partial<DecodeOptions> {
  return { limits: { ...defaultLimits, features } };
}

/** Given by other stages: when models create themselves, and when the store refuses a row. */
const elsewhere: readonly RejectReason[] = ['too-many-models', 'store-refused'];

describe('reject reasons', () => {
  it.each(cases)('$reason: case %#', ({ body, reason, options, time }) => {
    const outcomes = createDecoder(options).decode(
      { source: 's', position: 'p', body, time: time === null ? null : now, fallbackId: 's/p' },
      now,
    );
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ kind: 'rejected', reject: { reason, position: 'p' } });
    const [outcome] = outcomes;
    if (outcome?.kind === 'rejected') {
      expect(outcome.reject.detail).not.toBe('');
      expect(outcome.reject.detail.length).toBeLessThanOrEqual(300);
    }
  });

  it('are each reached by a case', () => {
    const reached = new Set([...cases.map(c => c.reason), ...elsewhere]);
    expect([...reached].sort()).toEqual([...rejectReasons].sort());
  });

  it('are each explained to people, here and in docs/formats.md', () => {
    const docs = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');
    const rows = [...docs.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(match => match[1]);
    const table = rows.slice(rows.indexOf(rejectReasons[0]));
    expect(table).toEqual([...rejectReasons]);
    for (const reason of rejectReasons) expect(reasonSentences[reason]).toMatch(/^[A-Z`].*\.$/s);
  });

  it('have a detail of bounded length', () => {
    expect(refuse('bad-id', 'x'.repeat(1000)).detail).toHaveLength(300);
    expect(isRefusal({ reason: 'bad-id', detail: '' })).toBe(false);
  });

  it('are not given just within the bounds', () => {
    const good = [
      json({ ...ok, id: 'i'.repeat(128), model: '😀'.repeat(128), time: now + 300_000 }),
      json({ ...ok, time: now - 30 * 86_400_000 }),
      json({ ...ok, features: many(1997) }),
      json({ ...ok, segment: many(16), label: 'x'.repeat(256) }),
      json({ ...ok, error: 'x'.repeat(65_536) }),
      Buffer.from(`{"model":"m","status":1,"x":${nested(31).toString()}}`),
    ];
    for (const body of good) {
      const [outcome] = createDecoder().decode(
        { source: 's', position: 'p', body, time: now, fallbackId: 's/p' },
        now,
      );
      expect(outcome).toMatchObject({ kind: 'inference' });
    }
  });
});
