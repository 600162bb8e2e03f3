import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder } from './decoder.ts';
import { type Mapping, parseMapping } from './mapping.ts';
import { parsePointer, resolve } from './pointer.ts';

const now = Date.UTC(2026, 10, 21, 10);

function decodeMapped(mapping: unknown, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [outcome] = createDecoder({ mapping: parseMapping(mapping) as Mapping }).decode(
    { source: 's', position: 'p', body: Buffer.from(text), time: now, fallbackId: 's/p' },
    now,
  );
  return outcome;
}

describe('JSON pointers', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7 };

  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/foo/2', undefined],
    ['/foo/01', undefined],
    ['/foo/-', undefined],
    ['/foo/length', undefined],
    ['/foo/0/0', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
  ])('"%s" leads where RFC 6901 says', (pointer, expected) => {
    expect(resolve(document, parsePointer(pointer) as readonly string[])).toEqual(expected);
  });

  it.each(['foo', '/a~', '/a~2', '#/a'])('"%s" is not a pointer', text => {
    expect(parsePointer(text)).toBeNull();
  });

  it('finds every key, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const escape = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
        const root = JSON.parse(`{${JSON.stringify(a)}:{${JSON.stringify(b)}:7}}`);
        expect(resolve(root, parsePointer(`/${escape(a)}/${escape(b)}`) as readonly string[])).toBe(7);
      }),
    );
  });
});

describe('parseMapping', () => {
  it.each([
    [null, 'must be an object'],
    [[], 'must be an object'],
    [{}, 'at least one'],
    [{ id: '/id' }, 'at least one'],
    [{ feature: '/a' }, '"feature" is not a field'],
    [{ features: 'a' }, '"features" must be a JSON pointer'],
    [{ features: 1 }, '"features" must be a JSON pointer'],
    [{ features: {} }, 'names no part'],
    [{ features: { age: 'age' } }, '"features.age"'],
    [{ features: { age: 1 } }, '"features.age"'],
    [{ features: '/f', model: { const: 1 } }, '{const: text}'],
    [{ features: '/f', model: { const: 'a', b: 1 } }, '{const: text}'],
    [{ features: '/f', id: { const: 'a' } }, '"id" must be a JSON pointer'],
    [{ prediction: { class: '/c' } }, 'not "class"'],
    [{ features: '/f', latency_ms: '/a', latency_seconds: '/b' }, 'not both'],
  ])('%j is refused with a sentence', (value, part) => {
    expect(parseMapping(value)).toEqual(expect.stringContaining(part));
  });
});

describe('a mapped record', () => {
  const mapping = {
    model: { const: 'churn' },
    version: '/meta/v',
    id: '/request/id',
    time: '/request/at',
    features: { age: '/inputs/0', plan: '/inputs/1', gone: '/inputs/9', ['__proto__']: '/inputs/1' },
    prediction: { label: '/output/class', score: '/output/p' },
    latency_seconds: '/took',
    status: '/code',
    segment: { country: '/request/geo/country' },
  };
  const body = {
    meta: { v: 3 },
    request: { id: 'r-1', at: now - 1000, geo: { country: 'NL' } },
    inputs: [41, 'pro'],
    output: { class: 'yes', p: 0.71 },
    took: 0.25,
    code: 200,
  };

  it('is read like payload version 1', () => {
    expect(decodeMapped(mapping, body)).toMatchObject({
      kind: 'inference',
      inference: {
        model: 'churn',
        version: '3',
        id: 'r-1',
        time: now - 1000,
        numNames: ['age'],
        numValues: [41],
        catNames: ['plan', '__proto__'],
        catValues: ['pro', 'pro'],
        predicted: 'yes',
        scoreNames: ['yes'],
        scoreValues: [0.71],
        latencySeconds: 0.25,
        status: 200,
        segmentNames: ['country'],
        segmentValues: ['NL'],
      },
    });
  });

  it('may be flat: the whole row as features', () => {
    const outcome = decodeMapped({ model: '/m', features: '' }, { m: 'churn', age: 1 });
    expect(outcome).toMatchObject({ inference: { numNames: ['age'], catNames: ['m'] } });
  });

  it('may be a label', () => {
    const outcome = decodeMapped(
      { model: { const: 'm' }, id: '/i', label: '/truth' },
      { i: 'r-1', truth: 'no' },
    );
    expect(outcome).toMatchObject({ kind: 'label', label: { model: 'm', id: 'r-1', labelled: 'no' } });
  });

  it('in which the mapping finds nothing is refused as such', () => {
    expect(decodeMapped(mapping, { other: 1 })).toMatchObject({ reject: { reason: 'bad-mapping' } });
  });

  it('is refused for what a pointer leads to', () => {
    expect(decodeMapped(mapping, { ...body, took: 'fast' })).toMatchObject({
      reject: { reason: 'bad-number' },
    });
  });

  it('keeps large integers', () => {
    const outcome = decodeMapped(
      { model: { const: 'm' }, id: '/i', features: { n: '/n' }, latency_seconds: '/l' },
      '{"i":9007199254740993,"n":9007199254740995,"l":9007199254740993}',
    );
    expect(outcome).toMatchObject({
      inference: {
        id: '9007199254740993',
        catNames: ['n'],
        catValues: ['9007199254740995'],
        latencySeconds: 9007199254740992,
      },
    });
  });
});
