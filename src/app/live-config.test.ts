import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { createFieldHash } from '../decode/field-hash.ts';
import { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createLiveConfig } from './live-config.ts';
import { createLiveDecoders } from './live-decoders.ts';
import { createReload } from './reload.ts';

const load = (over: object = {}) => loadConfig(null, over as never, {});

describe('live configuration', () => {
  it('shows what takes effect at once, keeps the rest, and tells each change once', () => {
    const live = createLiveConfig(load());
    let heard = 0;
    live.onChange(() => heard++);
    const { listen } = live.view;
    const next = load({ log: { level: 'warn' }, listen: { port: 1 } });
    expect(live.reload(next).map(({ name, effect }) => [name, effect])).toEqual([
      ['log.level', 'now'],
      ['listen.port', 'restart'],
    ]);
    expect([live.view.log.level, live.view.listen]).toEqual(['warn', listen]);
    expect(live.reload(next)).toEqual([]);
    expect(heard).toBe(1);
    expect(Object.keys({ ...live.view }).sort()).toEqual(Object.keys(load()).sort());
    // Only what waits for the restart: nobody has to be told.
    live.reload(load({ log: { level: 'warn' }, listen: { port: 2 } }));
    expect(heard).toBe(1);
  });

  it('stays as it was when the new one is wrong, and says why', () => {
    const live = createLiveConfig(load());
    const events = createRecordedEvents();
    const reload = createReload(live, events);
    reload(() => {
      throw new LeewayError('LW_CONFIG_INVALID', 'a.yaml:1:1: listen is wrong\na.yaml:2:1: data is wrong');
    });
    reload(() => load({ log: { level: 'error' } }));
    expect(live.view.log.level).toBe('error');
    expect(events.seen).toEqual([
      {
        name: 'problemOccurred',
        event: {
          code: 'LW_CONFIG_INVALID',
          message:
            'The configuration was not taken over, everything stays as it was: a.yaml:1:1: listen is wrong; a.yaml:2:1: data is wrong',
        },
      },
      { name: 'configReloaded', event: { changes: [{ text: 'log.level: info -> error', effect: 'now' }] } },
    ]);
    expect(() =>
      reload(() => {
        throw new TypeError('a mistake of the program');
      }),
    ).toThrow('a mistake');
  });

  it('stays as it was when a part that waits for the restart does not go with the new one', () => {
    const sources = [
      { name: 'k', type: 'kafka', brokers: ['b:1'], topics: ['t'], fields: { hash: ['id'] } },
    ] as never;
    const privacy = { hashKey: new Secret('k'.repeat(32)) };
    const live = createLiveConfig(load({ privacy, sources }));
    const events = createRecordedEvents();
    const reload = createReload(live, events);
    const without = { log: { level: 'warn' } };
    reload(() => load(without));
    expect(live.view.privacy).toEqual(privacy);
    expect(live.view.log.level).toBe('info');
    reload(() => load({ ...without, privacy, sources }));
    expect(live.view.log.level).toBe('warn');
    expect(events.seen).toMatchObject([
      {
        name: 'problemOccurred',
        event: {
          code: 'LW_CONFIG_INVALID',
          message:
            'The configuration was not taken over, everything stays as it was: it cannot go on without a restart: sources[0].fields.hash needs privacy.hashKey, the key of the hashes',
        },
      },
      { name: 'configReloaded', event: { changes: [{ text: 'log.level: info -> warn' }] } },
    ]);
  });
});

describe('live decoders', () => {
  const now = 1_700_000_000_000;
  const record = (row: object) => ({
    source: 'http',
    position: 'p',
    body: Buffer.from(JSON.stringify({ model: 'churn', id: 'i', time: now, ...row })),
    time: null,
    fallbackId: 'f',
  });

  it('hash by the key that came with the rule, and by the next one from its reload on', () => {
    const live = createLiveConfig(load());
    const decoder = createLiveDecoders(live.view, live.onChange).of('http');
    const models = { churn: { fields: { hash: ['id'] } } };
    const idOf = () => {
      const [outcome] = decoder.decode(record({ id: 'alice', features: { a: 1 } }), now);
      return outcome?.kind === 'inference' ? outcome.inference.id : outcome?.kind;
    };
    expect(idOf()).toBe('alice');
    for (const letter of ['a', 'b']) {
      live.reload(load({ models, privacy: { hashKey: new Secret(letter.repeat(32)) } }));
      expect(idOf()).toBe(createFieldHash(letter.repeat(32))('alice'));
    }
  });

  it('pass over ignored environments and hold models to bounds of their own, from the reload on', () => {
    const live = createLiveConfig(load());
    const decoder = createLiveDecoders(live.view, live.onChange).of('http');
    const staging = record({ environment: 'staging', features: { a: 1 } });
    const wide = record({ environment: 'prod', features: { a: 1, b: 'x' } });
    expect(decoder.decode(staging, now)[0]?.kind).toBe('inference');
    live.reload(
      load({ environments: { staging: { ignore: true } }, models: { 'ch*': { limits: { features: 1 } } } }),
    );
    expect(decoder.decode(staging, now)).toEqual([{ kind: 'ignored', reason: 'environment-ignored' }]);
    expect(decoder.decode(wide, now)).toEqual([
      {
        kind: 'rejected',
        reject: expect.objectContaining({
          reason: 'too-many-features',
          detail: 'features: the row has 2 features; models.*.limits.features allows this model 1',
        }),
      },
    ]);
    expect(decoder.decode(record({ model: 'other', features: { a: 1, b: 2 } }), now)[0]?.kind).toBe(
      'inference',
    );
    live.reload(load({ limits: { features: 1 } }));
    expect(decoder.decode(wide, now)[0]).toMatchObject({
      kind: 'rejected',
      reject: { reason: 'too-many-features' },
    });
    expect(decoder.decode(staging, now)[0]?.kind).toBe('inference');
  });
});
