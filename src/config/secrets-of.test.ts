import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { settingsOf } from './effective.ts';
import { checkConfig, loadConfig } from './load.ts';
import type { SchemaNode } from './node.ts';
import { configSchema } from './schema.ts';
import { Secret } from './secret.ts';
import { secretsOf } from './secrets-of.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-secrets-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const signing = (n: number) => `whsec_${Buffer.alloc(32, n).toString('base64')}`;

/** Every secret of the schema, each by its place; a text that names them all from the environment. */
const places: Readonly<Record<string, string>> = {
  'clickhouse.password': 'hunter2-clickhouse',
  'sources[].tls.passphrase': 'hunter2-passphrase',
  'sources[].sasl.password': 'hunter2-sasl',
  'sources[].sasl.token.clientSecret': 'hunter2-token',
  'election.tls.passphrase': 'hunter2-election-passphrase',
  'election.sasl.password': 'hunter2-election-sasl',
  'election.sasl.token.clientSecret': 'hunter2-election-token',
  'privacy.hashKey': 'hunter2-hash-key-of-32-characters',
  'channels[].secrets[]': signing(1),
  'channels[].url': 'https://hooks.example.org/hunter2-url',
  'channels[].routingKey': 'hunter2-routing-key',
  'channels[].password': 'hunter2-mail-password',
  'channels[].token': 'hunter2-bearer-token',
  'retraining.secrets[]': signing(2),
  'secretsKeys[]': Buffer.alloc(32, 3).toString('base64'),
  'retraining.targets.NAME.secrets[]': signing(4),
  'retraining.targets.NAME.token': 'hunter2-target-token',
  'retraining.targets.NAME.password': 'hunter2-target-password',
  'mlflow.webhookSecret': 'hunter2-registry-webhook',
  'mlflow.token': 'hunter2-registry-token',
  'mlflow.password': 'hunter2-registry-password',
};
const names = Object.keys(places).map((_, i) => `SECRET_${i}`);
const [clickhouse, passphrase, sasl, token, election1, election2, election3, hash, ...rest] = names;
const [alert, hook, routing, mail, bearer, retrain, sealing, ...registry] = rest;
const [target, targetToken, targetPassword, registryHook, registryToken, registryPassword] = registry;
const kafka = 'type: kafka, brokers: [b:1], topics: [t]';
const text = `
clickhouse: {url: http://h:1, password: "\${${clickhouse}}"}
sources:
  - {name: a, ${kafka}, tls: {cert: c, key: k, passphrase: "\${${passphrase}}"}, sasl: {mechanism: plain, username: u, password: "\${${sasl}}"}}
  - {name: b, group: b, ${kafka}, tls: true, sasl: {mechanism: oauthbearer, token: {url: https://t, clientId: c, clientSecret: "\${${token}}"}}}
privacy: {hashKey: "\${${hash}}"}
channels:
  - {name: ops, url: https://hooks.example.org/x, secrets: ["\${${alert}}"]}
  - {name: chat, type: slack, url: "\${${hook}}"}
  - {name: pager, type: pagerduty, routingKey: "\${${routing}}"}
  - {name: mail, type: email, host: smtp.example.org, username: u, password: "\${${mail}}", from: a@example.org, to: [b@example.org]}
  - {name: am, type: alertmanager, url: https://am.example.org, token: "\${${bearer}}"}
retraining:
  url: https://train.example.org/x
  secrets: ["\${${retrain}}"]
  retrain: {target: retraining}
  rebuild: {target: retraining}
  targets:
    hook: {url: https://train.example.org/y, secrets: ["\${${target}}"]}
    lab: {type: gitlab, project: a/b, token: "\${${targetToken}}"}
    flow: {type: airflow, url: https://airflow.example.org, dag: d, username: u, password: "\${${targetPassword}}"}
mlflow: {url: https://mlflow.example.org, webhookSecret: "\${${registryHook}}", token: "\${${registryToken}}"}
secretsKeys: ["\${${sealing}}"]
`;
/** Those stand in files of their own: there is one way at a time to be known to brokers, or to a registry. */
const elections = [
  `clickhouse: {url: http://h:1}\nelection: {brokers: [b:1], tls: {cert: c, key: k, passphrase: "\${${election1}}"}, sasl: {mechanism: plain, username: u, password: "\${${election2}}"}}`,
  `clickhouse: {url: http://h:1}\nelection: {brokers: [b:1], tls: true, sasl: {mechanism: oauthbearer, token: {url: https://t, clientId: c, clientSecret: "\${${election3}}"}}}`,
  `mlflow: {url: https://mlflow.example.org, webhookSecret: "\${${registryHook}}", username: u, password: "\${${registryPassword}}"}`,
];

function secretPlaces(node: SchemaNode | undefined, path = ''): string[] {
  if (node === undefined) return [];
  if (node['x-secret'] === true) return [path];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => secretPlaces(child, at(key))),
    ...Object.values(node.patternProperties ?? {}).flatMap(child => secretPlaces(child, at('NAME'))),
    ...secretPlaces(node.items, `${path}[]`),
    ...(node.anyOf ?? []).flatMap(child => secretPlaces(child, path)),
  ];
}

function load(content: string, environment: Record<string, string>) {
  const file = join(directory, 'leeway.yaml');
  writeFileSync(file, content);
  return loadConfig(file, {}, environment);
}

const values = Object.values(places);
const plain = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
const files = Object.fromEntries(
  names.map((name, i) => {
    const path = join(directory, name);
    writeFileSync(path, `${values[i]}\n`);
    return [`${name}_FILE`, path];
  }),
);

describe('every secret of the configuration', () => {
  it('is tried here', () => {
    expect([...new Set(secretPlaces(configSchema as unknown as SchemaNode))].sort()).toEqual(
      Object.keys(places).sort(),
    );
  });

  it.each([
    ['the environment', plain],
    ['files that the environment names', files],
  ])('comes from %s, and is known to what strikes secrets out', (_name, environment) => {
    const configs = [text, ...elections].map(content => load(content, environment));
    expect(new Set(configs.flatMap(config => secretsOf(config)))).toEqual(new Set(values));
  });

  it('is in no dump of the configuration, however it is made', () => {
    for (const content of [text, ...elections]) {
      const config = load(content, plain);
      const dumps = [
        JSON.stringify(config),
        inspect(config, { depth: 20, showHidden: true }),
        JSON.stringify(settingsOf(config).map(({ name, shown }) => [name, shown])),
        String(config.clickhouse?.password),
        `${inspect(new Secret('hunter2'))}${JSON.stringify([new Secret('hunter2')])}`,
      ];
      for (const dump of dumps) for (const value of values) expect(dump).not.toContain(value);
      expect(dumps.join()).not.toContain('hunter2');
    }
  });

  it('is in no message about a configuration that is wrong', () => {
    const wrong = `${text}nope: 1`.replace('cert: c', 'crt: c').replace('username: u', 'username: [u]');
    const problems = checkConfig(wrong.replaceAll('"]', '", 1]'), plain);
    expect(problems.length).toBeGreaterThan(3);
    // A secret that does not fit is not repeated either.
    const unfit = checkConfig(text, { ...plain, [alert!]: 'hunter2-no-secret', [hash!]: 'hunter2' });
    expect(unfit.map(problem => problem.rule)).toContain('signing-secret');
    expect(JSON.stringify(unfit)).not.toContain('hunter2');
    for (const value of values) expect(JSON.stringify(problems)).not.toContain(value);
  });
});
