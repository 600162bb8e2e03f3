import { Type } from 'typebox';
import { signingSecretsSchema } from './channels.ts';
import { secretText } from './secret-text.ts';

const closed = { additionalProperties: false } as const;
const url = (description: string, more: { readonly default?: string } = {}) =>
  Type.String({
    ...more,
    pattern: '^https?://',
    patternErrorMessage: 'must be an address that begins with http:// or https://',
    description,
  });
const templates = (description: string) =>
  Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: `${description} Values are texts in which \`{order}\`, \`{model}\` and so on stand for what the order says; [integrations.md](integrations.md) lists them.`,
    }),
  );
const ref = Type.String({ default: 'main', minLength: 1, maxLength: 255, description: 'Branch or tag.' });

const webhook = Type.Object(
  {
    type: Type.Literal('webhook', {
      default: 'webhook',
      description: 'A signed webhook; the type of an entry that names none.',
    }),
    url: url('Where to POST.'),
    secrets: signingSecretsSchema,
  },
  closed,
);

const repository = Type.String({
  pattern: '^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$',
  patternErrorMessage: 'must be owner/name',
  description: 'Repository, `owner/name`.',
});
const githubUrl = url('Address of the REST interface; of an Enterprise Server `https://HOST/api/v3`.', {
  default: 'https://api.github.com',
});

const githubDispatch = Type.Object(
  {
    type: Type.Literal('github-dispatch', { description: 'The event repository_dispatch of GitHub.' }),
    url: githubUrl,
    repository,
    event: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'Name of the event; absent: `leeway-retrain` and `leeway-rebuild`.',
      }),
    ),
    token: secretText('Token that may write contents of the repository.'),
  },
  closed,
);

const githubWorkflow = Type.Object(
  {
    type: Type.Literal('github-workflow', { description: 'The event workflow_dispatch of GitHub.' }),
    url: githubUrl,
    repository,
    workflow: Type.String({
      pattern: '^[A-Za-z0-9_.-]{1,200}$',
      patternErrorMessage: 'must be the name of a file in .github/workflows, or a number',
      description: 'File name or number of the workflow, e.g. `retrain.yml`.',
    }),
    ref,
    inputs: templates('Inputs, at most 25; the workflow must declare each.'),
    token: secretText('Token that may write actions of the repository.'),
  },
  closed,
);

const gitlab = Type.Object(
  {
    type: Type.Literal('gitlab', { description: 'A pipeline of GitLab.' }),
    url: url('Address of the server.', { default: 'https://gitlab.com' }),
    project: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Path (`group/name`) or number (in quotes) of the project.',
    }),
    ref,
    variables: templates(
      'Variables of the pipeline; absent: `LEEWAY_ORDER` and so on, unless there are inputs.',
    ),
    inputs: templates('Inputs of the pipeline, at most 20.'),
    token: secretText('Pipeline trigger token.'),
  },
  closed,
);

const airflow = Type.Object(
  {
    type: Type.Literal('airflow', { description: 'A DAG run of Apache Airflow.' }),
    url: url('Address of the web server (version 2) or API server (version 3).'),
    version: Type.Union([Type.Literal(3), Type.Literal(2)], {
      default: 3,
      description: 'Major version of Airflow.',
    }),
    dag: Type.String({
      minLength: 1,
      maxLength: 250,
      description: 'Id of the DAG; it gets the order as `conf`.',
    }),
    username: Type.Optional(Type.String({ minLength: 1, description: 'User.' })),
    password: Type.Optional(secretText('Password of `username`.')),
    token: Type.Optional(secretText('Bearer token; instead of `username`.')),
  },
  closed,
);

const databricks = Type.Object(
  {
    type: Type.Literal('databricks', { description: 'A run of a Databricks job.' }),
    url: url('Address of the workspace.'),
    job: Type.Integer({ minimum: 1, description: 'Number of the job.' }),
    parameters: templates('Parameters of the job, 10 kB at most.'),
    token: secretText('Token that may run the job.'),
  },
  closed,
);

/** Who takes orders, by name. */
export const targetsSchema = Type.Record(
  Type.String(),
  Type.Union([webhook, githubDispatch, githubWorkflow, gitlab, airflow, databricks]),
  { default: {}, description: 'Who takes orders, by name. See [integrations.md](integrations.md).' },
);
