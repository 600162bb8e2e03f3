import { readdirSync, readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(textOf('docs/config.schema.json'));
const blocks = [...textOf('docs/configuration.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
const files = readdirSync(new URL('../../examples/', import.meta.url))
  .filter(name => name.endsWith('.yaml'))
  .map(name => textOf(`examples/${name}`));
const kafka = '{name: a, type: kafka, brokers: [b:1], topics: [t]}';

describe('docs/config.schema.json', () => {
  it.each([
    '{}',
    'listen: {port: 8080}',
    'clickhouse: {url: http://localhost:8123}',
    `sources: [${kafka}]`,
    'http: {limits: {rows: 5}}',
    'outbound: {allow: [10.1.0.0/16]}',
    'models: {churn: {}}',
    'models: {churn: {objectives: {errors: 0.01}}}',
    'calendar: [{name: Sale, from: 2026-11-27}]',
    'measures: [{measure: psi, threshold: 0.2}]',
    'listen: {port: "${PORT:-8080}"}',
    'log: {level: "${LEVEL}"}',
    'clickhouse: {url: "${URL}"}',
    ...blocks,
    ...files,
  ])('accepts %s', text => expect(Value.Check(schema, parse(text))).toBe(true));

  it.each([
    'nope: 1',
    'log: {level: loud}',
    'http: {limits: {rows: 0}}',
    'listen: {port: 1.5}',
    'clickhouse: {url: localhost:8123}',
    'listen: {port: 70000}',
    'listen: {port: text}',
    'clickhouse: {database: leeway}',
    'sources: [{name: a, type: kafka, topics: [t]}]',
    'sources: [{name: a, type: other}]',
    'calendar: [{name: Sale}]',
    'calendar: [{name: Sale, from: 25.12.2026}]',
    'measures: [{measure: psi}]',
    'measures: [{measure: psi, threshold: 0.2, hours: [12]}]',
    'models: {churn: {objectives: {latency: [{share: 0.95}]}}}',
    'retraining: {url: h}',
  ])('refuses %s', text => expect(Value.Check(schema, parse(text))).toBe(false));

  it('shows examples of lists and objectives', () =>
    expect(blocks.map(block => Object.keys(parse(block)).join())).toEqual([
      'listen,sources,retraining',
      'budget',
      'calendar',
      'measures',
      'channels,policies',
      'environments',
      'models',
    ]));
});
