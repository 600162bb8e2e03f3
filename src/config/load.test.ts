import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { LeewayError } from '../lib/errors.ts';
import { checkConfig, loadConfig, problemText } from './load.ts';
import { Secret } from './secret.ts';

const corpus = new URL('../../test/config/', import.meta.url);
const directory = mkdtempSync(join(tmpdir(), 'leeway-config-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const signing = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

function load(text: string, environment: Record<string, string> = {}) {
  const file = join(directory, 'leeway.yaml');
  writeFileSync(file, text);
  return loadConfig(file, {}, environment);
}

describe('bad configurations', () => {
  const files = readdirSync(corpus).filter(name => name.endsWith('.yaml'));
  it('has a corpus', () => expect(files.length).toBeGreaterThanOrEqual(20));
  it.each(files)('%s gives the message beside it', name => {
    const problems = checkConfig(readFileSync(new URL(name, corpus), 'utf8'), {});
    const text = problems.map(problem => `${problemText(problem, name)}\n`).join('');
    expect(text).toBe(readFileSync(new URL(name.replace('.yaml', '.txt'), corpus), 'utf8'));
    expect(text).not.toContain('hunter2');
  });
});

describe('loadConfig', () => {
  it('gives the documented defaults without a file', () => {
    const config = loadConfig(null, {}, {});
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.retention).toEqual({
      rawDays: 30,
      fiveMinuteDays: 30,
      hourlyDays: 90,
      dailyDays: 400,
      labelDays: 400,
    });
    expect(config.clickhouse).toBeUndefined();
    expect(config.http.limits).toMatchObject({ bodyBytes: 5 * 1024 * 1024, rows: 10_000 });
  });

  it('fills defaults inside sources and model rules', () => {
    const config = load(
      'sources: [{name: a, type: kafka, brokers: ["b:1"], topics: [t]}]\nmodels: {churn: {}}',
    );
    expect(config.sources[0]).toMatchObject({ group: 'leeway', sessionSeconds: 30, heartbeatSeconds: 3 });
    expect(config.models).toEqual({ churn: { segments: [] } });
  });

  it('takes every form of a mapping, and passes unknown keys over unless told', () => {
    const mapping = `{model: {const: churn}, id: /id, features: {age: /in/0, "a b": ''}, prediction: {label: /out}, segment: /geo}`;
    const config = load(
      `sources: [{name: a, type: kafka, brokers: [b:1], topics: [t], mapping: ${mapping}}, {name: b, type: kafka, brokers: [b:1], topics: [t], group: b, unknownKeys: refuse}]`,
    );
    expect(config.sources[0]).toMatchObject({
      unknownKeys: 'ignore',
      mapping: {
        model: { const: 'churn' },
        id: '/id',
        features: { age: '/in/0', 'a b': '' },
        prediction: { label: '/out' },
        segment: '/geo',
      },
    });
    expect(config.sources[1]).toMatchObject({ unknownKeys: 'refuse' });
  });

  it('puts overrides on top of the file, key by key', () => {
    const file = join(directory, 'over.yaml');
    writeFileSync(file, 'listen: {host: localhost, port: 1}\ndata: here');
    const config = loadConfig(file, { listen: { port: 2 } }, {});
    expect(config).toMatchObject({ listen: { host: 'localhost', port: 2 }, data: 'here' });
  });

  it('takes secrets as overrides and keeps them secret', () => {
    const retraining = { url: 'https://train.example.org/x', secrets: [new Secret(signing)] };
    const config = loadConfig(null, { retraining }, {});
    expect(config.retraining?.secrets?.[0]?.reveal()).toBe(signing);
  });

  it('reads the environment, also for numbers, and leaves what it filled in alone', () => {
    const text =
      'listen: {port: "${PORT}"}\ndata: "${DIR:-x$$y}"\nclickhouse: {url: http://h:1, password: "${PW}"}';
    const config = load(text, { PORT: '99', PW: '${PORT}12' });
    expect(config.listen.port).toBe(99);
    expect(config.clickhouse?.password?.reveal()).toBe('${PORT}12');
  });

  it('shows no secret, however it is printed', () => {
    const config = load(
      `clickhouse: {url: http://h:1, password: hunter2}\nretraining: {url: https://h.example.org, secrets: [${signing}]}`,
    );
    for (const text of [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      `${config.clickhouse?.password}`,
    ]) {
      expect(text).not.toContain('hunter2');
      expect(text).not.toContain(signing);
      expect(text).toContain('<secret>');
    }
  });

  it('names every problem in one error, and a file that is not there', () => {
    const codes = (work: () => unknown) => {
      try {
        return work();
      } catch (error) {
        return error as LeewayError;
      }
    };
    const invalid = codes(() => load('latenessSeconds: -1\nnope: 1')) as LeewayError;
    expect(invalid.code).toBe('LW_CONFIG_INVALID');
    expect(invalid.message.split('\n')).toHaveLength(2);
    expect(codes(() => loadConfig(join(directory, 'none.yaml')))).toMatchObject({
      code: 'LW_CONFIG_UNREADABLE',
    });
  });

  it('never throws on any text', () => {
    const lines = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          'listen:',
          '  port: 1',
          'sources:',
          '  - {type: kafka}',
          '__proto__: 1',
          '&a [*a]',
          '? x',
          '- 1',
        ),
      ),
    );
    fc.assert(fc.property(lines, parts => Array.isArray(checkConfig(parts.join('\n'), {}))));
  });
});
