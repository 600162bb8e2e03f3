import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from './effective.ts';
import { substitute } from './environment.ts';
import { loadConfig, loadWithOrigins, problemText, readConfig } from './load.ts';
import { merge } from './merge.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-merge-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const signing = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

describe('several files', () => {
  it('merge mappings, replace lists, and the later one wins', () => {
    const base = file(
      'base.yaml',
      'listen: {host: localhost, port: 1}\nhttp: {cors: {origins: ["https://a", "https://b"]}}\nmodels: {churn: {segments: [a]}}',
    );
    const site = file(
      'site.yaml',
      'listen: {port: 2}\nhttp: {cors: {origins: ["https://c"]}}\nmodels: {fraud: {}, churn: {latenessSeconds: 5}}',
    );
    const config = loadConfig([base, site], {}, {});
    expect(config.listen).toMatchObject({ host: 'localhost', port: 2 });
    expect(config.http.cors.origins).toEqual(['https://c']);
    expect(config.models).toEqual({
      churn: { segments: ['a'], latenessSeconds: 5 },
      fraud: { segments: [] },
    });
    expect(loadConfig([site, base], {}, {}).listen.port).toBe(1);
  });

  it('are read from a directory by name; one without any is refused', () => {
    const folder = join(directory, 'conf.d');
    mkdirSync(folder);
    writeFileSync(join(folder, '20-b.yaml'), 'data: second');
    writeFileSync(join(folder, '10-a.yml'), 'data: first\nlog: {level: warn}');
    writeFileSync(join(folder, 'notes.txt'), 'not: yaml: at all');
    writeFileSync(join(folder, '.hidden.yaml'), 'data: hidden');
    expect(loadConfig(folder, {}, {})).toMatchObject({ data: 'second', log: { level: 'warn' } });
    const empty = join(directory, 'empty.d');
    mkdirSync(empty);
    expect(() => loadConfig(empty, {}, {})).toThrow(/holds no .yaml/);
  });

  it('name the file that is wrong, also where the other one has the section', () => {
    const good = file(
      'good.yaml',
      'listen:\n  port: 1\nsources:\n  - {name: a, type: kafka, brokers: [b:1], topics: [t]}',
    );
    const bad = file(
      'bad.yaml',
      '\nlisten:\n  prot: 2\nsources:\n  - {name: b, type: kafka, brokers: [b:1]}',
    );
    const { problems } = readConfig([good, bad], {});
    expect(problems.map(p => problemText(p).replace(`${directory}/`, '').split(' ')[0])).toEqual([
      'bad.yaml:3:3:',
    ]);
    const later = file('later.yaml', 'log: {level: warn}\nlisten: {port: 99999}');
    expect(readConfig([good, later], {}).problems[0]).toMatchObject({ file: later, line: 2, column: 16 });
    // The list of the second file replaces that of the first: a missing key of its item is the second's.
    const lists = file('lists.yaml', 'sources:\n  - {name: b, type: kafka, brokers: [b:1]}');
    expect(readConfig([good, lists], {}).problems[0]).toMatchObject({
      file: lists,
      line: 2,
      rule: 'topics-or-pattern',
    });
    const broken = file('broken.yaml', 'listen: {');
    expect(readConfig([broken, good], {}).problems[0]).toMatchObject({ file: broken, rule: 'syntax' });
  });

  it('tell where each value comes from', () => {
    const a = file('a.yaml', 'listen: {port: 1}\nhttp:\n  cors: {origins: ["https://a"]}');
    const b = file('b.yaml', '\nlog: {level: warn}');
    const { config, origin } = loadWithOrigins([a, b], { data: 'here' }, {});
    const from = Object.fromEntries(settingsOf(config).map(({ name, path }) => [name, origin(path)]));
    expect(from).toMatchObject({
      'listen.port': `${a}:1`,
      'listen.host': 'default',
      'http.cors.origins': `${a}:3`,
      'log.level': `${b}:2`,
      data: 'command line',
      latenessSeconds: 'default',
    });
  });

  it('never set a prototype', () => {
    const evil = file('evil.yaml', '__proto__: {polluted: yes}\nmodels: {constructor: {prototype: {}}}');
    expect(readConfig([evil, evil], {}).problems.length).toBeGreaterThan(0);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('merge', () => {
  const tree = fc.letrec(tie => ({
    value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.array(fc.integer(), { maxLength: 2 }), tie('map')),
    map: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
  })).map;

  it('keeps what stands on one side alone, and of what stands on both the last', () => {
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        const merged = merge(a, b) as Record<string, unknown>;
        expect(new Set(Object.keys(merged))).toEqual(
          new Set([...Object.keys(a as object), ...Object.keys(b as object)]),
        );
        for (const [key, value] of Object.entries(b as object))
          if (typeof value !== 'object' || Array.isArray(value)) expect(merged[key]).toEqual(value);
        for (const [key, value] of Object.entries(a as object))
          if (!Object.hasOwn(b as object, key)) expect(merged[key]).toEqual(value);
        expect(merge(a, {})).toEqual(a);
        expect(merge({}, a)).toEqual(a);
        expect(merge(a, a)).toEqual(a);
        expect(merge(merge(a, b), b)).toEqual(merged);
      }),
    );
  });
});

describe('environment', () => {
  it('fills names, defaults and files, and leaves what it filled alone', () => {
    const secret = file('secret.txt', 'hun$ter\n');
    const environment = { A: 'x', B_FILE: secret, C: '', C_FILE: '/nowhere' };
    expect(substitute('${A}-${B}-${D:-d}-$${A}', environment)).toEqual({
      text: 'x-hun$ter-d-${A}',
      problems: [],
    });
    // A name that is set goes before its file, even when it is empty.
    expect(substitute('[${C}]', environment).text).toBe('[]');
    expect(substitute('${E}${F}', { F_FILE: '/nowhere/f' }).problems).toEqual([
      'the environment variable E is not set',
      'the file that F_FILE names cannot be read (ENOENT)',
    ]);
  });

  it('reads a secret from a file and shows it nowhere', () => {
    const text = `retraining: {url: "https://t.example.org/x?k=1", secrets: ["\${HOOK}"]}`;
    const path = file('hook.yaml', text);
    const config = loadConfig(path, {}, { HOOK_FILE: file('hook.txt', `${signing}\n`) });
    expect(config.retraining?.secrets?.[0]?.reveal()).toBe(signing);
    const shown = JSON.stringify(settingsOf(config).map(({ name, shown: value }) => [name, value]));
    expect(shown).not.toContain(signing);
    expect(shown).not.toContain('k=1');
    expect(shown).toContain('https://t.example.org/...');
  });
});
