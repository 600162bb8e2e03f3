import { describe, expect, it } from 'vitest';
import type { Inference } from '../domain/inference.ts';
import type { Outcome, Reject } from '../domain/reject.ts';
import { createDecoder } from './decoder.ts';
import { createFieldHash } from './field-hash.ts';
import type { FieldRules } from './field-rules.ts';
import { createFieldRuling } from './field-ruling.ts';
import { parseMapping } from './mapping.ts';
import type { DecodeOptions } from './options.ts';

const now = Date.UTC(2026, 10, 21, 10);
const key = 'a key of the tests, 32 characters';
const hash = createFieldHash(key);

interface Rules {
  readonly source?: FieldRules;
  readonly models?: Readonly<Record<string, FieldRules>>;
}

function decoderOf({ source, models = {} }: Rules, more: Partial<DecodeOptions> = {}) {
  const ruling = createFieldRuling({ source, models: Object.entries(models), key });
  return createDecoder({ ruling, keepPayloadBytes: 2000, ...more });
}

function decode(rules: Rules, body: unknown, more: Partial<DecodeOptions> = {}): readonly Outcome[] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const record = { source: 's', position: 'p', body: Buffer.from(text), time: now, fallbackId: 'made' };
  return decoderOf(rules, more).decode(record, now);
}

function row(rules: Rules, body: unknown, more: Partial<DecodeOptions> = {}): Inference {
  const [outcome] = decode(rules, body, more);
  if (outcome?.kind !== 'inference') throw new Error(JSON.stringify(outcome));
  return outcome.inference;
}

function reject(rules: Rules, body: unknown, more: Partial<DecodeOptions> = {}): Reject {
  const [outcome] = decode(rules, body, more);
  if (outcome?.kind !== 'rejected') throw new Error(JSON.stringify(outcome));
  return outcome.reject;
}

const features = (inference: Inference) =>
  Object.fromEntries([
    ...inference.numNames.map((name, i) => [name, inference.numValues[i]]),
    ...inference.catNames.map((name, i) => [name, inference.catValues[i]]),
  ]);

const whole = {
  id: 'cust-17#2',
  model: 'churn',
  features: {
    age: 47,
    first_name: 'CANARY',
    address: { street: 'CANARY', city: 'Delft', geo: [52.01, 4.36] },
    joined: '2026-11-21T10:00:00Z',
    note: 'CANARY '.repeat(60),
    vector: Array.from({ length: 40 }, (_, i) => i),
    list: ['CANARY', { ssn: 'CANARY' }],
  },
  prediction: { label: 'yes', probabilities: { yes: 0.7123, no: 0.2877 } },
  label: 'no',
  error: 'CANARY failed',
  segment: { country: 'NL', tenant: 'CANARY' },
};

const strict: FieldRules = {
  drop: ['*_name', 'address.street', 'note', 'segment:tenant', 'error'],
  hash: ['id', 'address.city', 'prediction', 'label'],
  bucket: { age: 10, 'address.geo': 1, 'score:*': 0.1 },
  day: ['joined'],
};

describe('a row under field rules', () => {
  it('holds what the rules leave of it', () => {
    const [outcome] = decode({ models: { churn: strict } }, whole);
    if (outcome?.kind !== 'inference') throw new Error('no inference');
    const { inference, label } = outcome;
    expect(JSON.stringify(outcome)).not.toContain('CANARY');
    expect(features(inference)).toEqual({
      age: 40,
      'address.city': hash('Delft'),
      'address.geo[0]': 52,
      'address.geo[1]': 4,
      joined: '2026-11-21',
      'vector.length': 40,
      'vector.empty': 'false',
      'vector.norm': expect.closeTo(143.3, 0),
      'list.length': 2,
      'list.empty': 'false',
    });
    expect(inference).toMatchObject({
      id: `${hash('cust-17')}#2`,
      predicted: hash('yes'),
      scoreNames: [hash('yes'), hash('no')],
      scoreValues: [0.7, 0.2],
      error: '',
      segmentNames: ['country'],
    });
    expect(label).toMatchObject({ id: inference.id, labelled: hash('no') });
  });

  it('is left as it is under another model', () => {
    const decoded = row({ models: { other: strict } }, whole);
    expect(decoded).toEqual(row({}, whole));
    expect(decoded.id).toBe('cust-17#2');
  });

  it('goes by its source, then by its model, by the first pattern that fits', () => {
    const rules = {
      source: { bucket: { age: 10 } },
      models: { 'ch*': { hash: ['age'] }, churn: { drop: ['age'] } },
    };
    expect(features(row(rules, { model: 'churn', features: { age: 47 } }))).toEqual({ age: hash('40') });
    expect(features(row(rules, { model: 'x', features: { age: 47 } }))).toEqual({ age: 40 });
    expect(features(row(rules, { features: { age: 47 } }, { model: 'churn' }))).toEqual({ age: hash('40') });
  });

  it('keeps only what is listed, wherever it is nested', () => {
    const kept = row({ source: { keepOnly: ['age', 'address.city'] } }, whole);
    expect(features(kept)).toEqual({ age: 47, 'address.city': 'Delft' });
  });

  it('hashes arrays and long texts as a whole, and numbers with every digit', () => {
    const rules = { source: { hash: ['vector', 'list', 'note', 'big', 'id'] } };
    const decoded = features(row(rules, whole));
    expect(decoded['vector']).toBe(hash(JSON.stringify(whole.features.vector)));
    expect(decoded['list']).toBe(hash(JSON.stringify(whole.features.list)));
    expect(decoded['note']).toBe(hash(whole.features.note));
    const big = row(rules, '{"model":"m","id":9007199254740993,"features":{"big":9007199254740993}}');
    expect(features(big)['big']).toBe(hash('9007199254740993'));
    expect(big.id).toBe(hash('9007199254740993'));
  });

  it('leaves of a cut array its length alone', () => {
    const decoded = features(row({ source: { truncate: { vector: 2 } } }, whole));
    expect(decoded['vector.length']).toBe(40);
    expect(decoded['vector.norm']).toBeUndefined();
  });

  it('gives an id of its own to a row whose id is dropped', () => {
    expect(row({ source: { drop: ['id'] } }, whole).id).toBe('made');
  });

  it('works on what a mapping finds', () => {
    const mapping = parseMapping({ features: '/in', prediction: '/out' });
    if (typeof mapping === 'string') throw new Error(mapping);
    const decoded = row(
      { source: { drop: ['name'] } },
      { in: { name: 'CANARY', n: 1 }, out: 2 },
      { mapping, model: 'm' },
    );
    expect(features(decoded)).toEqual({ n: 1 });
  });

  it('changes no prototype', () => {
    const body =
      '{"model":"m","features":{"__proto__":{"x":1},"a":{"__proto__":2}},"segment":{"__proto__":"t"}}';
    const decoded = row({ source: { hash: ['b'] } }, body);
    expect(features(decoded)).toEqual({ '__proto__.x': 1, 'a.__proto__': 2 });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(decoded.segmentNames).toEqual(['__proto__']);
  });
});

it.each<Rules>([
  { source: { hash: ['id'] } },
  { models: { other: { drop: ['a'] }, churn: { hash: ['id'] } } },
])('hashes nothing without a key: %j', ({ source, models = {} }) => {
  const make = (by: string) => createFieldRuling({ source, models: Object.entries(models), key: by });
  expect(() => make('')).toThrow('fields.hash needs privacy.hashKey');
  expect(make(key)).not.toBeNull();
});

describe('labels', () => {
  it('join by the same hash, and compare with the prediction by the same hash', () => {
    const rules = { models: { '*': { hash: ['id', 'label', 'prediction'] } } };
    const [outcome] = decode(rules, { model: 'm', id: 'a', label: 'yes' });
    expect(outcome).toMatchObject({ kind: 'label', label: { id: hash('a'), labelled: hash('yes') } });
    expect(row(rules, { model: 'm', id: 'a', prediction: 'yes' })).toMatchObject({
      id: hash('a'),
      predicted: hash('yes'),
    });
  });

  it('that are dropped are passed over, not refused', () => {
    const rules = { source: { drop: ['label'] } };
    expect(decode(rules, { model: 'm', id: 'a', label: 1 })).toEqual([
      { kind: 'ignored', reason: 'dropped' },
    ]);
    const [withRow] = decode(rules, { model: 'm', id: 'a', label: 1, prediction: 2 });
    expect(withRow).toMatchObject({ kind: 'inference', label: null });
  });
});

describe('rejects under field rules', () => {
  const rules = { models: { churn: strict } };

  it('keep the row as it would have been stored, and a hash of that', () => {
    const bad = reject(rules, { ...whole, status: 'x', time: 'never' });
    expect(bad.reason).toBe('bad-time');
    expect(JSON.stringify(bad)).not.toContain('CANARY');
    expect(JSON.parse(bad.payload)).toMatchObject({ id: `${hash('cust-17')}#2`, features: { age: 40 } });
    expect(bad.content).toMatch(/^[0-9a-f]{64}$/);
    const other = reject(rules, { ...whole, error: 'another', time: 'never', status: 'x' });
    expect(other.content).toBe(bad.content);
  });

  it.each([
    ['broken JSON', '{"model":"churn","features":{"first_name":"CANARY"'],
    ['no object', '"CANARY"'],
    ['features that are no object', { model: 'churn', features: ['CANARY'] }],
    ['features that are text', { model: 'churn', features: 'CANARY' }],
    ['a prediction that is an array', { model: 'churn', prediction: ['CANARY'] }],
    [
      'nested tags',
      { model: 'churn', prediction: 1, segment: { tenant: { x: 'CANARY' }, country: ['CANARY'] } },
    ],
    ['an id that is an object', { model: 'churn', prediction: 1, id: { first_name: 'CANARY' } }],
    ['a label that is an object', { model: 'churn', id: 'a', label: { first_name: 'CANARY' } }],
    ['no model', { features: { first_name: 'CANARY' } }],
    ['a bad model', { model: 'churn\u0007', features: { first_name: 'CANARY' } }],
    ['an unknown key', { model: 'churn', prediction: 1, CANARY: 1 }],
    ['too many rows', `[${'{"first_name":"CANARY"},'.repeat(10_000)}{}]`],
    [
      'too deep',
      `{"model":"churn","features":{"first_name":"CANARY","a":${'['.repeat(40)}${']'.repeat(40)}}}`,
    ],
  ])('keep nothing of %s that no rule has seen', (_, body) => {
    const outcomes = decode(rules, body, { unknownKeys: 'refuse' });
    expect(outcomes.every(outcome => outcome.kind === 'rejected')).toBe(true);
    expect(JSON.stringify(outcomes)).not.toContain('CANARY');
  });

  it('keep the payload of other models and, without rules, every payload', () => {
    expect(reject(rules, { model: 'm', prediction: 1, time: 'x', id: 'KEPT' }).payload).toContain('KEPT');
    expect(reject({}, '{"a":"KEPT"').payload).toContain('KEPT');
  });
});
