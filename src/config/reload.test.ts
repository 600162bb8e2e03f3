import { describe, expect, it } from 'vitest';
import { settingsOf } from './effective.ts';
import { loadConfig } from './load.ts';
import { applied, changesOf, changeText } from './reload.ts';
import type { Config } from './schema.ts';
import { Secret } from './secret.ts';

const signing = (n: number) => new Secret(`whsec_${Buffer.alloc(24, n).toString('base64')}`);
const config = (overrides: Parameters<typeof loadConfig>[1] = {}): Config => loadConfig(null, overrides, {});
const told = (before: Config, after: Config) =>
  changesOf(before, after).map(change => `${change.effect}: ${changeText(change)}`);

describe('changes', () => {
  it('are none between equal configurations', () => expect(changesOf(config(), config())).toEqual([]));

  it('say what it was, what it is, and whether a restart is needed', () => {
    const after = config({
      listen: { port: 1 },
      log: { level: 'warn' },
      retention: { rawDays: 20 },
      budget: { fleetFalseAlarmsPerWeek: 2 },
      limits: { features: 10, autoModels: 5 },
      http: { limits: { rows: 5, bodyBytes: 9, uploadBytes: 9 } } as never,
    });
    expect(told(config(), after).sort()).toEqual([
      'now: budget.fleetFalseAlarmsPerWeek: set to 2',
      'now: http.limits.rows: 10000 -> 5',
      'now: limits.features: 2000 -> 10',
      'now: log.level: info -> warn',
      'restart: http.limits.bodyBytes: 5242880 -> 9',
      'restart: http.limits.uploadBytes: 67108864 -> 9',
      'restart: limits.autoModels: 200 -> 5',
      'restart: listen.port: 8080 -> 1',
      'restart: retention.rawDays: 30 -> 20',
    ]);
  });

  it('hide secrets and still see that one was replaced', () => {
    const hook = (n: number) => ({
      type: 'webhook' as const,
      name: 'ops',
      url: 'https://h.example.org/t?k=v',
      secrets: [signing(n)],
    });
    const before = config({ channels: [hook(1)] });
    const after = config({ channels: [hook(2), { ...hook(3), name: 'more' }] });
    expect(told(before, after)).toEqual([
      'now: channels[ops].secrets: replaced (["<secret>"])',
      'now: channels[more].type: set to webhook',
      'now: channels[more].name: set to more',
      'now: channels[more].url: set to https://h.example.org/...',
      'now: channels[more].secrets: set to ["<secret>"]',
    ]);
    expect(told(after, before)).toContain('now: channels[more].name: was more, is not set any more');
  });

  it('of an item in the middle of a list move no other', () => {
    const day = (name: string) => ({ name, from: '2026-12-24', as: 'event' as const, models: [] });
    const before = config({ calendar: [day('a'), day('c')] });
    const names = changesOf(before, config({ calendar: [day('a'), day('b'), day('c')] })).map(c => c.name);
    expect(names.every(name => name.startsWith('calendar[b]'))).toBe(true);
    expect(names.length).toBeGreaterThan(0);
  });
});

describe('what goes on', () => {
  it('has exactly the changes that take effect at once', () => {
    const before = config({ models: { churn: { segments: ['a'] } as never } });
    const after = config({
      listen: { port: 1 },
      data: 'elsewhere',
      log: { level: 'warn' },
      limits: { features: 10, autoModels: 5, metricModels: 7 },
      environments: { staging: { ignore: true } },
      retraining: { url: 'https://t.example.org', secrets: [signing(1)] },
      models: { churn: { segments: ['b'], latenessSeconds: 7 } as never },
    });
    const now = applied(before, after);
    const changes = changesOf(before, after);
    const names = new Set(changesOf(before, now).map(({ name }) => name));
    for (const { name, effect } of changes) expect(names.has(name), name).toBe(effect === 'now');
    expect(now.models['churn']).toEqual({ segments: ['a'], latenessSeconds: 7 });
    expect(now.listen.port).toBe(8080);
    // What waits for the restart is still told apart from what was asked for.
    expect(changesOf(now, after).every(({ effect }) => effect === 'restart')).toBe(true);
    expect(settingsOf(now).length).toBeGreaterThan(settingsOf(before).length);
  });

  it('never has the field rules of one file with the key of another', () => {
    const rules = { models: { churn: { fields: { hash: ['id'] } } } as never };
    const keyed = (letter: string) =>
      config({ privacy: { hashKey: new Secret(letter.repeat(32)) }, ...rules });
    const first = applied(config(), keyed('a'));
    expect([first.privacy.hashKey?.reveal(), first.models['churn']?.fields?.hash]).toEqual([
      'a'.repeat(32),
      ['id'],
    ]);
    expect(applied(first, keyed('b')).privacy.hashKey?.reveal()).toBe('b'.repeat(32));
    expect(told(first, keyed('b'))).toEqual(['now: privacy.hashKey: replaced (<secret>)']);
    expect(applied(first, config()).privacy).toEqual({});
  });

  it('is refused when what stays until the restart needs what was taken out', () => {
    const source = { name: 'k', type: 'kafka', brokers: ['b:1'], topics: ['t'], fields: { hash: ['id'] } };
    const before = config({
      privacy: { hashKey: new Secret('a'.repeat(32)) },
      sources: [source] as never,
    });
    expect(() => applied(before, config())).toThrow(
      'it cannot go on without a restart: sources[0].fields.hash needs privacy.hashKey',
    );
    const { fields: _, ...bare } = source;
    expect(() => applied(before, config({ sources: [bare] as never }))).toThrow('cannot go on');
  });

  it('forgets a receiver that was taken out', () => {
    const before = config({ retraining: { url: 'https://t.example.org', secrets: [signing(1)] } });
    expect(applied(before, config()).retraining).toBeUndefined();
  });
});
