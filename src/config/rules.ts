import { parseMapping } from '../decode/mapping.ts';
import { systemClock } from '../lib/clock.ts';
import { calendarFindings } from './calendar.ts';
import {
  type Called,
  channelFindings,
  channelUrls,
  signingSecretFindings,
  targetFindings,
} from './channel-rules.ts';
import { electionFindings } from './election.ts';
import { fieldRuleFindings } from './field-rules.ts';
import { kafkaFindings } from './kafka-rules.ts';
import { keyFindings } from './keys.ts';
import { proxyFindings } from './listen.ts';
import { measureFindings } from './measures.ts';
import { mlflowFindings, mlflowUrls } from './mlflow.ts';
import type { Path } from './node.ts';
import { overrideFindings } from './overrides.ts';
import { policyFindings } from './policy-rules.ts';
import { retrainingFindings, retrainingUrls } from './retraining.ts';
import type { Config, SourceConfig } from './schema.ts';
import { secretsKeyFindings } from './secrets-keys.ts';
import type { Finding } from './validate.ts';

/** A rule that looks at several keys at once. It sees a configuration that satisfies the schema, secrets included. */
type Rule = (config: Config) => Finding[];

const keyRules: Rule = ({ keys }) => keyFindings(keys, systemClock.now());

const proxyAddresses: Rule = ({ listen }) => proxyFindings(listen.proxy?.addresses ?? []);

const topicsOrPattern: Rule = config =>
  eachSource(config, (source, path) => {
    if (source.type !== 'kafka' || (source.topics === undefined) !== (source.pattern === undefined))
      return [];
    return [{ path, rule: 'topics-or-pattern', message: 'must have either topics or pattern' }];
  });

const patternCompiles: Rule = config =>
  eachSource(config, (source, path) => {
    if (source.type !== 'kafka' || source.pattern === undefined) return [];
    try {
      RegExp(source.pattern);
      return [];
    } catch {
      return [{ path: [...path, 'pattern'], rule: 'topic-pattern', message: 'must be a regular expression' }];
    }
  });

const heartbeat: Rule = config =>
  eachSource(config, (source, path) => {
    if (source.type !== 'kafka' || source.heartbeatSeconds * 3 <= source.sessionSeconds) return [];
    const message = `must be at most a third of sessionSeconds (${source.sessionSeconds}), not ${source.heartbeatSeconds}`;
    return [{ path: [...path, 'heartbeatSeconds'], rule: 'heartbeat-session', message }];
  });

const sourceNames: Rule = config =>
  eachSource(config, (source, path, index) => {
    const at = [...path, 'name'];
    if (source.name === 'http')
      return [{ path: at, rule: 'source-name', message: 'must not be "http", which is the HTTP intake' }];
    const first = config.sources.findIndex(other => other.name === source.name);
    return first === index
      ? []
      : [{ path: at, rule: 'source-name', message: `must be unique; sources[${first}] has the same name` }];
  });

const replayFormat: Rule = config =>
  eachSource(config, (source, path) =>
    source.type !== 'replay' || /\.(ndjson|jsonl|csv|parquet)(\.gz)?$/i.test(source.file)
      ? []
      : [
          {
            path: [...path, 'file'],
            rule: 'replay-format',
            message: 'must end in .ndjson, .jsonl, .csv or .parquet',
          },
        ],
  );

const onlyReplay: Rule = ({ sources }) => {
  const index = sources.findIndex(source => source.type === 'replay');
  if (index === -1 || sources.length === 1) return [];
  const message = 'must be the only source: a replay sets the clock of the whole run';
  return [{ path: ['sources', index], rule: 'only-replay', message }];
};

const replayRetention: Rule = config =>
  eachSource(config, (source, path) => {
    const { rawDays } = config.retention;
    if (source.type !== 'replay' || source.spreadDays <= rawDays - 1) return [];
    const message = `must be at most ${rawDays - 1}, not ${source.spreadDays}: rows older than retention.rawDays (${rawDays}) are refused`;
    return [{ path: [...path, 'spreadDays'], rule: 'replay-retention', message }];
  });

const election: Rule = config => electionFindings(config);

const calendarPeriods: Rule = ({ calendar }) => calendarFindings(calendar);

const measureRules: Rule = ({ measures }) => measureFindings(measures);

const policyRules: Rule = config => policyFindings(config);

const overrides: Rule = config => overrideFindings(config, config.limits.features);

const fieldRules: Rule = config => fieldRuleFindings(config);

const mappings: Rule = config =>
  eachSource(config, ({ mapping }, path) => {
    if (mapping === undefined) return [];
    const at = [...path, 'mapping'];
    // Each field by itself, so that every wrong one is told and at its place; then what holds of all together.
    const fields = Object.entries(mapping).flatMap(([field, origin]) =>
      mappingFinding({ status: '/status', [field]: origin }, [...at, field]),
    );
    return fields.length > 0 ? fields : mappingFinding(mapping, at);
  });

function mappingFinding(mapping: unknown, path: Path): Finding[] {
  const wrong = parseMapping(mapping);
  if (typeof wrong !== 'string') return [];
  // The message begins with the field in quotes, which the path says already; a part of it is a deeper path.
  const [, named = '', rest = wrong] = /^"([^"]*)" (.*)$/s.exec(wrong) ?? [];
  const field = String(path.at(-1));
  if (named === field) return [{ path, rule: 'mapping', message: rest, atKey: true }];
  if (named.startsWith(`${field}.`))
    return [{ path: [...path, named.slice(field.length + 1)], rule: 'mapping', message: rest }];
  return [{ path, rule: 'mapping', message: `cannot be used: ${wrong}` }];
}

const retentionOrder: Rule = ({ retention: r }) => {
  if (r.fiveMinuteDays > r.hourlyDays)
    return [
      {
        path: ['retention', 'hourlyDays'],
        rule: 'retention-order',
        message: `must be at least fiveMinuteDays (${r.fiveMinuteDays})`,
      },
    ];
  if (r.hourlyDays > r.dailyDays)
    return [
      {
        path: ['retention', 'dailyDays'],
        rule: 'retention-order',
        message: `must be at least hourlyDays (${r.hourlyDays})`,
      },
    ];
  return r.hourlyDays >= 8
    ? []
    : [
        {
          path: ['retention', 'hourlyDays'],
          rule: 'retention-order',
          message: 'must be at least 8: windows are up to 168 h long',
        },
      ];
};

const channelRules: Rule = config => channelFindings(config);

const retrainingRules: Rule = config => retrainingFindings(config);

const mlflowRules: Rule = config => mlflowFindings(config);

const urls: Rule = config =>
  eachUrl(config).flatMap(({ url, path }) => {
    if (!URL.canParse(url)) return [{ path, rule: 'url', message: 'must be an http(s) address' }];
    const { username, password } = new URL(url);
    return username === '' && password === ''
      ? []
      : [{ path, rule: 'url', message: 'must not hold a user or a password' }];
  });

const targets: Rule = config => targetFindings(config, [...retrainingUrls(config), ...mlflowUrls(config)]);

const secrets: Rule = config =>
  config.channels.flatMap((channel, index) =>
    channel.type === 'webhook' ? signingSecretFindings(channel.secrets, ['channels', index, 'secrets']) : [],
  );

/** Every cross-field rule, in the order in which problems are told. */
export const rules: readonly Rule[] = [
  keyRules,
  proxyAddresses,
  topicsOrPattern,
  patternCompiles,
  heartbeat,
  kafkaFindings,
  sourceNames,
  replayFormat,
  onlyReplay,
  replayRetention,
  election,
  calendarPeriods,
  measureRules,
  policyRules,
  overrides,
  mappings,
  fieldRules,
  retentionOrder,
  secretsKeyFindings,
  channelRules,
  retrainingRules,
  mlflowRules,
  urls,
  targets,
  secrets,
];

function eachSource(
  config: Config,
  check: (source: SourceConfig, path: Path, index: number) => Finding[],
): Finding[] {
  return config.sources.flatMap((source, index) => check(source, ['sources', index], index));
}

function eachUrl(config: Config): Called[] {
  const { clickhouse } = config;
  const store = clickhouse === undefined ? [] : [{ url: clickhouse.url, path: ['clickhouse', 'url'] }];
  return [...store, ...channelUrls(config), ...retrainingUrls(config), ...mlflowUrls(config)];
}
