import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { createFieldHash } from '../decode/field-hash.ts';
import type { Outcome } from '../domain/reject.ts';
import { createDecoders } from './decoders.ts';
import { createLiveConfig } from './live-config.ts';
import { createLiveDecoders } from './live-decoders.ts';

const now = 1_700_000_000_000;
const hashKey = 'k'.repeat(32);
const hashed = createFieldHash(hashKey)('alice');
const settings = {
  privacy: { hashKey: new Secret(hashKey) },
  models: { churn: { fields: { drop: ['ssn'], hash: ['id'] } } },
  sources: [
    { name: 'topic', type: 'kafka', brokers: ['b:1'], topics: ['churn'], modelFrom: 'topic', group: 'a' },
    { name: 'fixed', type: 'kafka', brokers: ['b:1'], topics: ['t'], model: 'churn', group: 'b' },
    {
      name: 'mapped',
      type: 'kafka',
      brokers: ['b:1'],
      topics: ['u'],
      group: 'c',
      mapping: { id: '/id', features: '/features', model: { const: 'churn' } },
    },
  ],
} as never;
const config = loadConfig(null, settings, {});

const record = (row: object = {}, model?: string) => ({
  source: 's',
  position: 'p',
  body: Buffer.from(JSON.stringify({ id: 'alice', features: { ssn: 'CANARY', age: 3 }, ...row })),
  time: now,
  fallbackId: 'f',
  ...(model === undefined ? {} : { model }),
});
const file = { model: '', environment: '', mapping: '' };

describe('the rules of a model hold for rows', () => {
  const decoders = createDecoders(config);
  it.each<[string, () => readonly Outcome[]]>([
    ['of a topic', () => decoders.of('topic').decode(record({ model: 'x' }, 'churn'), now)],
    ['of a source of one model', () => decoders.of('fixed').decode(record({ model: 'x' }), now)],
    ['of a mapping with a constant', () => decoders.of('mapped').decode(record({ model: 'x' }), now)],
    ['that name it themselves', () => decoders.of('http').decode(record({ model: 'churn' }), now)],
    ['of an uploaded training set', () => decoders.forUpload('churn').decode(record({ model: 'x' }), now)],
    ['of a file given as it', () => decoders.forFile({ ...file, model: 'churn' }).decode(record(), now)],
    [
      'of a file read as a source',
      () => decoders.forFile({ ...file, mapping: 'mapped' }).decode(record(), now),
    ],
  ])('%s', (_, decode) => {
    const outcomes = decode();
    expect(outcomes).toMatchObject([{ kind: 'inference', inference: { model: 'churn', id: hashed } }]);
    expect(JSON.stringify(outcomes)).not.toContain('CANARY');
  });
});

describe('decoders of files', () => {
  it('are made once for the same rules, and no number of names fills the memory', () => {
    const decoders = createDecoders(config);
    const of = (over: object) => decoders.forFile({ ...file, ...over });
    const first = of({ model: 'a' });
    expect(of({ model: 'a', rows: [] })).toBe(first);
    const others = [of({}), of({ environment: 'a' }), of({ mapping: 'mapped' }), of({ mapping: 'fixed' })];
    expect(new Set([first, ...others]).size).toBe(5);
    for (let i = 0; i < 49; i++) {
      of({ model: `b${i}` });
      expect(of({ model: 'a' })).toBe(first);
    }
    expect(of({ environment: 'a' })).not.toBe(others[1]);
  });

  it('are refused for a source that is not configured, each time', () => {
    const decoders = createDecoders(config);
    for (let i = 0; i < 2; i++)
      expect(() => decoders.forFile({ ...file, mapping: 'nobody' })).toThrow('There is no source "nobody"');
  });

  it('go by the rules of the last reload', () => {
    const live = createLiveConfig(loadConfig(null, {}, {}));
    const decoders = createLiveDecoders(live.view, live.onChange);
    const idOf = () => {
      const [outcome] = decoders.forFile({ ...file, model: 'churn' }).decode(record(), now);
      return outcome?.kind === 'inference' ? outcome.inference.id : outcome?.kind;
    };
    expect(idOf()).toBe('alice');
    live.reload(config);
    expect(idOf()).toBe(hashed);
  });
});
