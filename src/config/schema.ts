import { type Static, Type } from 'typebox';
import { budgetSchema } from './budget.ts';
import { calendarSchema } from './calendar.ts';
import { channelsSchema, movedSections, outboundSchema } from './channels.ts';
import { electionSchema } from './election.ts';
import { fieldRulesSchema } from './field-rules.ts';
import { accessSchema, keysSchema } from './keys.ts';
import { listenSchema, metricsSchema } from './listen.ts';
import { measuresSchema } from './measures.ts';
import { mlflowSchema } from './mlflow.ts';
import { objectivesSchema } from './objectives.ts';
import { environmentsSchema, overrideKeys } from './overrides.ts';
import { policiesSchema } from './policies.ts';
import { privacySchema } from './privacy.ts';
import { retrainingSchema } from './retraining.ts';
import type { Secret } from './secret.ts';
import { secretsKeysSchema } from './secrets-keys.ts';
import { kafkaSchema, replaySchema, secretText } from './sources.ts';

const closed = { additionalProperties: false } as const;
const section = (description: string) => ({ ...closed, default: {}, description });
const count = (value: number, description: string, most = 1_000_000_000) =>
  Type.Integer({ default: value, minimum: 1, maximum: most, description });
const url = (description: string) =>
  Type.String({
    pattern: '^https?://',
    patternErrorMessage: 'must be an address that begins with http:// or https://',
    description,
  });

const clickhouse = Type.Object(
  {
    url: url('Address of the HTTP interface, e.g. `http://localhost:8123`.'),
    database: Type.String({
      default: 'leeway',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
      patternErrorMessage: 'must be a letter or _, then up to 63 letters, digits or _',
      description: 'Database; made when it does not exist.',
    }),
    username: Type.String({ default: 'default', minLength: 1, description: 'User.' }),
    password: Type.Optional(secretText('Password; absent: none.')),
    cluster: Type.String({
      default: '',
      pattern: '^[A-Za-z0-9_-]{0,64}$',
      patternErrorMessage: 'must be up to 64 letters, digits, _ or -',
      description: 'Name of the cluster the tables are made on; empty: a single server.',
    }),
  },
  { ...closed, description: 'A ClickHouse server. Absent: the embedded engine in the data directory.' },
);

const origin = Type.String({
  pattern: '^(\\*|https?://[^/]+)$',
  patternErrorMessage: 'must be an origin such as https://app.example.org (no path), or *',
});

const http = Type.Object(
  {
    cors: Type.Object(
      {
        origins: Type.Array(origin, {
          default: [],
          description:
            'Origins whose pages may send inferences and labels, e.g. `https://app.example.org`; `*` is all.',
        }),
      },
      section('Requests from pages of other origins; only intake is ever opened to them.'),
    ),
    limits: Type.Object(
      {
        bodyBytes: count(5_242_880, 'Largest body after decompression, bytes.', 268_435_456),
        rows: count(10_000, 'Most rows of one request.', 1_000_000),
        uploadBytes: count(67_108_864, 'Largest uploaded baseline, bytes.', 1_073_741_824),
      },
      section('Bounds of one request.'),
    ),
  },
  section('The HTTP interface.'),
);

const retention = Type.Object(
  {
    rawDays: count(30, 'Inferences and rejects.', 3650),
    fiveMinuteDays: count(30, '5-minute profiles.', 3650),
    hourlyDays: count(90, 'Hourly profiles.', 3650),
    dailyDays: count(400, 'Daily profiles, findings, deliveries.', 3650),
    labelDays: count(400, 'Labels.', 3650),
  },
  section('How long what is kept, in days.'),
);

const limits = Type.Object(
  {
    autoModels: count(200, 'Models that come to be by their first inference.', 100_000),
    features: count(2000, 'Features of one inference; more are refused.', 100_000),
    watchedFeatures: count(
      2000,
      'Features of a model that its baseline watches: the commonest. What is beyond is stored, and counted in the note of the baseline.',
      20_000,
    ),
    recordBytes: count(1_048_576, 'Largest record of a source, bytes.', 268_435_456),
    keys: count(2000, 'Most keys of one record, at all depths together.', 100_000),
    textBytes: count(65_536, 'Longest text value, bytes.', 16_777_216),
    depth: count(32, 'Deepest nesting of a payload.', 256),
    rejectPayloadBytes: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 65_536,
      description: 'How much of a refused payload is kept with the reject, bytes; 0 keeps nothing.',
    }),
    metricModels: count(
      200,
      'Models with metric series of their own; the others are summed up as `other`.',
      10_000,
    ),
    metricSubjects: count(100, 'Subjects of a model with metric series of their own.', 10_000),
  },
  section('Bounds on what is taken in.'),
);

const modelRules = Type.Object(
  {
    segments: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      default: [],
      maxItems: 10,
      description: 'Segment tags to profile apart, e.g. `country`.',
    }),
    objectives: Type.Optional(objectivesSchema),
    fields: Type.Optional(fieldRulesSchema),
    ...overrideKeys,
  },
  closed,
);

/**
 * The configuration: this one schema gives the type, the validation, the defaults, docs/config.schema.json and
 * docs/configuration.md.
 */
export const configSchema = Type.Object(
  {
    listen: listenSchema,
    metrics: Type.Optional(metricsSchema),
    keys: keysSchema,
    access: accessSchema,
    data: Type.String({ default: '.leeway', minLength: 1, description: 'Data directory; one process each.' }),
    clickhouse: Type.Optional(clickhouse),
    sources: Type.Array(Type.Union([kafkaSchema, replaySchema]), {
      default: [],
      description: 'What is read besides HTTP, which always listens.',
    }),
    election: Type.Optional(electionSchema),
    http,
    retention,
    latenessSeconds: Type.Integer({
      default: 600,
      minimum: 0,
      maximum: 86_400,
      description: 'How long after its end a window waits for late rows.',
    }),
    budget: budgetSchema,
    calendar: calendarSchema,
    measures: measuresSchema,
    policies: policiesSchema,
    limits,
    privacy: privacySchema,
    secretsKeys: secretsKeysSchema,
    channels: channelsSchema,
    outbound: outboundSchema,
    retraining: Type.Optional(retrainingSchema),
    mlflow: Type.Optional(mlflowSchema),
    environments: environmentsSchema,
    models: Type.Record(Type.String(), modelRules, {
      default: {},
      description: 'Rules by model name or pattern (`churn`, `churn-*`); the first that fits counts.',
    }),
    log: Type.Object(
      {
        level: Type.Union(
          [
            Type.Literal('debug'),
            Type.Literal('info'),
            Type.Literal('warn'),
            Type.Literal('error'),
            Type.Literal('silent'),
          ],
          { default: 'info', description: 'Least level that is logged.' },
        ),
      },
      section('Logging.'),
    ),
  },
  { ...closed, title: 'Leeway configuration', 'x-moved': movedSections },
);

type Deep<T> = T extends Secret
  ? T
  : T extends readonly (infer I)[]
    ? readonly Deep<I>[]
    : T extends object
      ? { readonly [K in keyof T]: Deep<T[K]> }
      : T;

export type Config = Deep<Static<typeof configSchema>>;
export type SourceConfig = Config['sources'][number];
export type KafkaSourceConfig = Extract<SourceConfig, { type: 'kafka' }>;
export type ReplaySourceConfig = Extract<SourceConfig, { type: 'replay' }>;
