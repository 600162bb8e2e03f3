import { Type } from 'typebox';
import { endings } from '../act/mlflow/artifact.ts';
import type { Called } from './channel-rules.ts';
import type { Config } from './schema.ts';
import { secretText } from './secret-text.ts';
import type { Finding } from './validate.ts';

/** The model registry that baselines follow. */
export const mlflowSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^https?://',
      patternErrorMessage: 'must be an address that begins with http:// or https://',
      description: 'Address of the tracking server.',
    }),
    token: Type.Optional(secretText('Bearer token for it.')),
    username: Type.Optional(Type.String({ minLength: 1, description: 'User; instead of `token`.' })),
    password: Type.Optional(secretText('Password of `username`.')),
    webhookSecret: secretText(
      'Secret of the webhook in MLflow that calls `POST /v1/mlflow`; 16 characters or more, the same text in both places.',
    ),
    models: Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 128 }), {
      default: {},
      description:
        'Registered models by name, each with its model here, e.g. `{churn-classifier: churn}`. Empty: every registered model, under its own name.',
    }),
    artifact: Type.String({
      default: 'leeway/baseline.*',
      minLength: 1,
      maxLength: 500,
      description:
        "Where a run keeps the rows of its baseline, among the run's artifacts. `.*` at its end is any of `.parquet`, `.ndjson`, `.jsonl`, `.json`, `.csv`.",
    }),
    activate: Type.Union([Type.Literal('alias'), Type.Literal('version'), Type.Literal('never')], {
      default: 'alias',
      description:
        "When a version's baseline becomes the active one: when it gets one of `aliases`, when it is registered, or when a person says so.",
    }),
    aliases: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
      default: ['champion', 'production'],
      description: 'Aliases of the version that serves.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'A model registry whose versions bring their baselines with them. See [integrations.md](integrations.md).',
  },
);

/** The address of the registry. */
export function mlflowUrls({ mlflow }: Pick<Config, 'mlflow'>): Called[] {
  return mlflow === undefined ? [] : [{ url: mlflow.url, path: ['mlflow', 'url'] }];
}

/** What `mlflow` says against itself. */
export function mlflowFindings({ mlflow }: Pick<Config, 'mlflow'>): Finding[] {
  if (mlflow === undefined) return [];
  const { url, token, username, password, webhookSecret, artifact } = mlflow;
  const found: Finding[] = [];
  const tell = (key: string, rule: string, message: string) =>
    found.push({ path: key === '' ? ['mlflow'] : ['mlflow', key], rule, message });
  if (/[?#]/.test(url)) tell('url', 'mlflow-url', 'must have neither ? nor #');
  if ((username === undefined) !== (password === undefined))
    tell('', 'mlflow-login', 'must have both username and password, or neither');
  if (token !== undefined && username !== undefined)
    tell('', 'mlflow-login', 'must have either a token or a username, not both');
  if (webhookSecret.reveal().length < 16)
    tell(
      'webhookSecret',
      'mlflow-secret',
      'must be at least 16 characters; `openssl rand -hex 32` makes one',
    );
  const ending = artifact.split('.').at(-1) ?? '';
  if (artifact.startsWith('/') || artifact.split('/').includes('..') || !['*', ...endings].includes(ending))
    tell(
      'artifact',
      'mlflow-artifact',
      `must be a path within the artifacts that ends in .*, .${endings.join(', .')}`,
    );
  return found;
}
