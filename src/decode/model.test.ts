import { describe, expect, it } from 'vitest';
import type { Outcome } from '../domain/reject.ts';
import { createDecoder } from './decoder.ts';
import { createFieldHash } from './field-hash.ts';
import { createFieldRuling } from './field-ruling.ts';
import { parseMapping } from './mapping.ts';
import type { DecodeOptions } from './options.ts';

const now = Date.UTC(2026, 10, 21, 10);
const key = 'a key of the tests, 32 characters';
const hash = createFieldHash(key);
const ruling = createFieldRuling({
  models: [
    ['churn', { drop: ['ssn'], hash: ['id'] }],
    ['77', { drop: ['ssn'], hash: ['id'] }],
  ],
  key,
});

interface Origin {
  readonly options?: Partial<DecodeOptions>;
  /** What the transport says. */
  readonly place?: string;
  readonly row?: object;
}

function mapped(fields: object): DecodeOptions['mapping'] {
  const mapping = parseMapping({
    features: '/features',
    id: '/id',
    time: '/time',
    label: '/label',
    ...fields,
  });
  if (typeof mapping === 'string') throw new Error(mapping);
  return mapping;
}

function decode({ options = {}, place, row = {} }: Origin, more: object = {}, labels = false): Outcome {
  const decoder = createDecoder({ ruling, keepPayloadBytes: 2000, ...options });
  const body = { id: 'alice', features: { ssn: 'CANARY', age: 3 }, ...row, ...more };
  const record = {
    source: 's',
    position: 'p',
    body: Buffer.from(JSON.stringify(body)),
    time: now,
    fallbackId: 'made',
    ...(place === undefined ? {} : { model: place }),
  };
  const [outcome] = labels ? decoder.decodeLabels(record, now) : decoder.decode(record, now);
  return outcome!;
}

const churn: [string, Origin][] = [
  ['the source', { options: { model: 'churn' } }],
  ['the source, against transport and row', { options: { model: 'churn' }, place: 'x', row: { model: 'y' } }],
  ['the transport', { place: 'churn' }],
  ['the transport, against the row', { place: 'churn', row: { model: 'x' } }],
  ['the transport, against a bad one in the row', { place: 'churn', row: { model: { a: 1 } } }],
  ['the row', { row: { model: 'churn' } }],
  [
    'a place in another layout',
    { options: { mapping: mapped({ model: '/meta/m' }) }, row: { meta: { m: 'churn' } } },
  ],
  [
    'a constant of the mapping',
    { options: { mapping: mapped({ model: { const: 'churn' } }) }, row: { model: 'x' } },
  ],
  [
    'the transport, against the mapping',
    { options: { mapping: mapped({ model: { const: 'x' } }) }, place: 'churn' },
  ],
];

describe('the rules of the model that the row is stored under hold when it is said by', () => {
  it.each(churn)('%s', (_, origin) => {
    const outcome = decode(origin);
    expect(outcome).toMatchObject({
      kind: 'inference',
      inference: { model: 'churn', id: hash('alice'), numNames: ['age'], catNames: [] },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/CANARY|alice/);
  });

  it.each(churn)('%s, for labels', (_, origin) => {
    const label = { kind: 'label', label: { model: 'churn', id: hash('alice') } };
    expect(decode(origin, { label: 1, features: undefined })).toMatchObject(label);
    expect(decode(origin, { label: 1 }, true)).toMatchObject(label);
  });

  it.each(churn)('%s, in what is kept of a refused row', (_, origin) => {
    const outcome = decode(origin, { time: 'never' });
    if (outcome.kind !== 'rejected') throw new Error(JSON.stringify(outcome));
    expect(outcome.reject.reason).toBe('bad-time');
    expect(JSON.parse(outcome.reject.payload)).toMatchObject({ id: hash('alice'), features: { age: 3 } });
    expect(JSON.stringify(outcome)).not.toMatch(/CANARY|alice/);
  });

  it('an integer', () => {
    expect(decode({ row: { model: 77 } })).toMatchObject({
      kind: 'inference',
      inference: { model: '77', id: hash('alice') },
    });
  });
});

describe('the rules of another model do not hold', () => {
  it.each<[string, Origin]>([
    ['the source', { options: { model: 'x' }, place: 'churn', row: { model: 'churn' } }],
    ['the transport', { place: 'x', row: { model: 'churn' } }],
    ['the row', { row: { model: 'x' } }],
  ])('when %s says it', (_, origin) => {
    expect(decode(origin)).toMatchObject({
      kind: 'inference',
      inference: { model: 'x', id: 'alice', catNames: ['ssn'] },
    });
  });
});

it.each<[string, Origin]>([
  ['no model', {}],
  ['a bad model of the transport', { place: ' ', row: { model: 'churn' } }],
  ['a bad model in the row', { row: { model: 'churn\u0007' } }],
])('nothing is kept of a row with %s', (_, origin) => {
  const outcome = decode(origin);
  expect(outcome).toMatchObject({ kind: 'rejected', reject: { content: '', payload: '' } });
});
