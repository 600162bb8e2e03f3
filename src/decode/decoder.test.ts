import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../domain/record.ts';
import { createDecoder, type Decoder } from './decoder.ts';

const now = Date.UTC(2026, 10, 21, 10);
const decoder = createDecoder();

function recordOf(body: unknown, extra: Partial<RawRecord> = {}): RawRecord {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    source: 'kafka',
    position: 'c/t/0/7',
    body: bytes,
    time: now - 5,
    fallbackId: 'kafka/c/t/0/7',
    ...extra,
  };
}

function one(body: unknown, extra: Partial<RawRecord> = {}, by: Decoder = decoder) {
  const outcomes = by.decode(recordOf(body, extra), now);
  expect(outcomes).toHaveLength(1);
  return outcomes[0];
}

const example = {
  id: '7f3c',
  time: '2026-11-21T09:59:00.123Z',
  model: 'churn',
  version: '3',
  environment: 'test',
  features: { age: 41, plan: 'pro', vip: true, income: null },
  prediction: { label: 'yes', probabilities: { yes: 0.71, no: 0.29 } },
  label: 'no',
  latency_ms: 12.4,
  status: 200,
  error: null,
  request_bytes: 512,
  response_bytes: 64,
  segment: { country: 'NL' },
};

describe('payload version 1', () => {
  it('is read in full', () => {
    expect(one(example)).toEqual({
      kind: 'inference',
      inference: {
        model: 'churn',
        environment: 'test',
        version: '3',
        id: '7f3c',
        time: now - 60_000 + 123,
        timeSource: 'payload',
        numNames: ['age'],
        numValues: [41],
        catNames: ['plan', 'vip'],
        catValues: ['pro', 'true'],
        prediction: Number.NaN,
        predicted: 'yes',
        scoreNames: ['yes', 'no'],
        scoreValues: [0.71, 0.29],
        latencySeconds: 0.0124,
        status: 200,
        error: '',
        requestBytes: 512,
        responseBytes: 64,
        segmentNames: ['country'],
        segmentValues: ['NL'],
        source: 'kafka',
        position: 'c/t/0/7',
      },
      label: {
        model: 'churn',
        id: '7f3c',
        label: Number.NaN,
        labelled: 'no',
        time: now - 60_000 + 123,
        source: 'kafka',
        position: 'c/t/0/7',
      },
    });
  });

  it('knows the absent from the given', () => {
    expect(one({ model: 'm', status: 503, error: 'timed out' })).toMatchObject({
      inference: {
        id: 'kafka/c/t/0/7',
        environment: 'prod',
        version: '',
        time: now - 5,
        timeSource: 'record',
        prediction: Number.NaN,
        predicted: '',
        latencySeconds: Number.NaN,
        requestBytes: Number.NaN,
        status: 503,
        error: 'timed out',
      },
      label: null,
    });
  });

  it('takes null for absent in every field', () => {
    const nulls = Object.fromEntries(Object.keys(example).map(key => [key, null]));
    expect(one({ ...nulls, model: 'm', prediction: 1 })).toMatchObject({
      inference: { id: 'kafka/c/t/0/7', prediction: 1 },
      label: null,
    });
  });

  it('takes the clock when neither payload nor transport has a time', () => {
    expect(one({ model: 'm', status: 1 }, { time: null })).toMatchObject({
      inference: { time: now, timeSource: 'server' },
    });
    expect(one({ model: 'm', status: 1 }, { time: -1 })).toMatchObject({
      inference: { timeSource: 'server' },
    });
  });

  it('takes the model that the source fixes, whatever the payload says', () => {
    const fixed = createDecoder({ model: 'fixed' });
    expect(one({ status: 1 }, {}, fixed)).toMatchObject({ inference: { model: 'fixed' } });
    expect(one({ model: 'other', status: 1 }, {}, fixed)).toMatchObject({ inference: { model: 'fixed' } });
  });

  it('takes integers for ids and names', () => {
    const body =
      '{"id":9007199254740993,"model":7,"version":3,"environment":12345678901234567890,"status":1}';
    expect(one(body)).toMatchObject({
      inference: { id: '9007199254740993', model: '7', version: '3', environment: '12345678901234567890' },
    });
  });

  it('keeps the digits of large integers as text', () => {
    const body =
      '{"model":"m","features":{"a":9007199254740993,"b":1e300,"c":2,"d":{"e":[-9007199254740993]}}}';
    expect(one(body)).toMatchObject({
      inference: {
        numNames: ['b', 'c'],
        numValues: [1e300, 2],
        catNames: ['a', 'd.e[0]'],
        catValues: ['9007199254740993', '-9007199254740993'],
      },
    });
  });

  it('keeps NaN and infinities as Python writes them', () => {
    const body = '{"model":"m","features":{"a":NaN,"b":-Infinity,"c":"NaN"},"latency_ms":NaN,"label":NaN}';
    expect(one(body)).toMatchObject({
      inference: { numValues: [Number.NaN, -Infinity], catValues: ['NaN'], latencySeconds: Number.NaN },
      label: null,
    });
  });

  it('lets the later of two equal keys hold', () => {
    expect(one('{"model":"a","model":"b","features":{"x":1,"x":2}}')).toMatchObject({
      inference: { model: 'b', numNames: ['x'], numValues: [2] },
    });
  });

  it('passes over a byte order mark, white space and unknown keys', () => {
    expect(one('\ufeff {"model":"m","status":200,"trace":{"a":[1]}} \n')).toMatchObject({
      kind: 'inference',
    });
  });

  it('cuts long errors to 256 characters, never through one', () => {
    const outcome = one({ model: 'm', status: 500, error: `${'x'.repeat(255)}😀😀` });
    expect(outcome).toMatchObject({ inference: { error: `${'x'.repeat(255)}😀` } });
  });

  it.each([
    [0.5, { prediction: 0.5, predicted: '' }],
    ['yes', { prediction: Number.NaN, predicted: 'yes' }],
    [true, { predicted: 'true' }],
    [{ label: 'yes' }, { predicted: 'yes', scoreNames: [] }],
    [
      { label: 1, score: 0.7 },
      { predicted: '1', scoreNames: ['1'], scoreValues: [0.7] },
    ],
    [
      { label: false, score: null, probabilities: null },
      { predicted: 'false', scoreNames: [] },
    ],
    [
      { label: 'a', score: 9, probabilities: { a: 1, b: null } },
      { scoreNames: ['a'], scoreValues: [1] },
    ],
    ['y'.repeat(300), { predicted: '', numNames: ['prediction.length'], numValues: [300] }],
  ])('reads the prediction %j', (prediction, expected) => {
    expect(one({ model: 'm', prediction })).toMatchObject({ inference: expected });
  });

  it.each([
    [3, { label: 3, labelled: '' }],
    ['no', { label: Number.NaN, labelled: 'no' }],
    [false, { label: Number.NaN, labelled: 'false' }],
  ])('reads the label %j', (label, expected) => {
    expect(one({ model: 'm', status: 200, label })).toMatchObject({ label: expected });
  });

  it('reads tags of every plain kind and leaves out null', () => {
    expect(one({ model: 'm', status: 1, segment: { a: 'x', b: 2, c: true, d: null } })).toMatchObject({
      inference: { segmentNames: ['a', 'b', 'c'], segmentValues: ['x', '2', 'true'] },
    });
  });
});

describe('labels by themselves', () => {
  const label = { model: 'm', id: 'r-1', label: 'no', time: now - 1000 };

  it('are records with an id and a label and no content', () => {
    expect(one(label)).toEqual({
      kind: 'label',
      label: {
        model: 'm',
        id: 'r-1',
        label: Number.NaN,
        labelled: 'no',
        time: now - 1000,
        source: 'kafka',
        position: 'c/t/0/7',
      },
    });
  });

  it('may be as old as they like, but not ahead', () => {
    expect(one({ ...label, time: 0 })).toMatchObject({ kind: 'label', label: { time: 0 } });
    expect(one({ ...label, time: now + 300_001 })).toMatchObject({ reject: { reason: 'time-ahead' } });
  });

  it('keep the digits of a large id', () => {
    expect(one('{"model":"m","id":9007199254740993,"label":1}')).toMatchObject({
      label: { id: '9007199254740993', label: 1 },
    });
  });

  it('are all that a source of labels reads', () => {
    const [first, second] = decoder.decodeLabels(
      recordOf([{ ...label, features: { a: 1 } }, { features: {} }]),
      now,
    );
    expect(first).toMatchObject({ kind: 'label', label: { id: 'r-1' } });
    expect(second).toMatchObject({ reject: { reason: 'no-model', position: 'c/t/0/7#1' } });
  });
});

describe('records of several rows', () => {
  it('give each row its own place and made id, and keep given ids', () => {
    const outcomes = decoder.decode(
      recordOf([
        { model: 'm', status: 1 },
        { id: 'own', model: 'm', status: 2 },
      ]),
      now,
    );
    expect(outcomes).toMatchObject([
      { inference: { id: 'kafka/c/t/0/7#0', position: 'c/t/0/7#0' } },
      { inference: { id: 'own', position: 'c/t/0/7#1' } },
    ]);
  });

  it('give an array of one no number', () => {
    expect(one([{ model: 'm', status: 1 }])).toMatchObject({
      inference: { id: 'kafka/c/t/0/7', position: 'c/t/0/7' },
    });
  });

  it('refuse a bad row by itself', () => {
    const outcomes = decoder.decode(recordOf('[{"model":"m","status":1},{"model":},7,{"status":1}]'), now);
    const seen = outcomes.map(o => (o.kind === 'rejected' ? [o.reject.reason, o.reject.position] : o.kind));
    expect(seen).toEqual([
      'inference',
      ['not-json', 'c/t/0/7#1'],
      ['not-an-object', 'c/t/0/7#2'],
      ['no-model', 'c/t/0/7#3'],
    ]);
  });
});

describe('what a reject tells', () => {
  it('is the hash of the bytes, and the payload only when asked for', () => {
    const body = Buffer.from('{"model":"secret"}');
    const content = createHash('sha256').update(body).digest('hex');
    expect(one(body.toString())).toMatchObject({ reject: { content, payload: '', source: 'kafka' } });
    const keeping = createDecoder({ keepPayloadBytes: 8 });
    expect(one(body.toString(), {}, keeping)).toMatchObject({ reject: { content, payload: '{"model"' } });
  });

  it('passes over a tombstone', () => {
    expect(decoder.decode({ ...recordOf(''), body: null }, now)).toEqual([
      { kind: 'ignored', reason: 'tombstone' },
    ]);
  });
});

describe('decode(encode(x)) = x', () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).filter(s => s !== '__proto__');
  const text = fc.string({ maxLength: 40, unit: 'grapheme' });
  const num = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map(x => x + 0);
  const payload = fc.record({
    id: fc.string({ minLength: 1, maxLength: 60 }),
    time: fc.integer({ min: now - 86_400_000, max: now }),
    version: fc.stringMatching(/^[a-z0-9.]{1,12}$/),
    nums: fc.dictionary(name, num, { maxKeys: 30 }),
    cats: fc.dictionary(name, text, { maxKeys: 30 }),
    scores: fc.dictionary(name, num, { maxKeys: 8 }),
    label: fc.oneof(num, fc.string({ minLength: 1, maxLength: 40 })),
    latency: fc.double({ min: 0, max: 1e6, noNaN: true }).map(x => x + 0),
    status: fc.integer({ min: 0, max: 999 }),
    multi: fc.boolean(),
  });

  it('for every payload of version 1', () => {
    fc.assert(
      fc.property(payload, x => {
        const cats = Object.entries(x.cats).filter(([key]) => !Object.hasOwn(x.nums, key));
        const row = {
          id: x.id,
          time: x.time,
          model: 'm',
          version: x.version,
          features: { ...x.nums, ...Object.fromEntries(cats) },
          prediction: { label: 'a', probabilities: x.scores },
          label: x.label,
          latency_ms: x.latency,
          status: x.status,
        };
        const [outcome] = decoder.decode(recordOf(x.multi ? [row, row] : row), now);
        if (outcome?.kind !== 'inference') throw new Error(JSON.stringify(outcome));
        const { inference, label } = outcome;
        const entries = <T>(names: readonly string[], values: readonly T[]) =>
          new Map(names.map((key, i) => [key, values[i]]));
        expect(entries(inference.numNames, inference.numValues)).toEqual(new Map(Object.entries(x.nums)));
        expect(entries(inference.catNames, inference.catValues)).toEqual(new Map(cats));
        expect(entries(inference.scoreNames, inference.scoreValues)).toEqual(
          new Map(Object.entries(x.scores)),
        );
        expect(inference).toMatchObject({
          id: x.id,
          time: x.time,
          version: x.version,
          status: x.status,
          latencySeconds: x.latency / 1000,
          position: x.multi ? 'c/t/0/7#0' : 'c/t/0/7',
        });
        expect(typeof x.label === 'number' ? label?.label : label?.labelled).toEqual(x.label);
        expect(label?.id).toBe(x.id);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same outcomes for the same record', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const record = recordOf(value === undefined ? '' : (value as unknown));
        expect(decoder.decode(record, now)).toEqual(createDecoder().decode(record, now));
      }),
    );
  });
});
