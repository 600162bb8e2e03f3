import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a fake answers; a text body is sent as it is, anything else as JSON. */
export interface Told {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Secrets the fakes know; everything else is refused. */
export const known = {
  token: 't0ken-of-the-target',
  user: 'leeway',
  password: 'pa55word&of=airflow',
} as const;

/**
 * GitHub, GitLab, Airflow 2 and 3 and Databricks as far as Leeway talks to them, by their documentation: statuses,
 * bodies, what they refuse and what they do when they are asked twice.
 */
export async function startOrchestrators() {
  const runs = new Map<string, number>();
  const asked: Asked[] = [];
  const tokens = new Set<string>();
  let instead: ((request: Asked) => Told | 'hang') | null = null;
  const world: World = { runs, tokens, life: 3600 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      asked.push(one);
      const told = instead?.(one) ?? answer(one, world);
      if (told === 'hang') return;
      const text = typeof told.body === 'string';
      const type = text ? 'text/html' : 'application/json; charset=utf-8';
      response.writeHead(told.status, { 'content-type': type, ...told.headers });
      response.end(text ? told.body : told.body === undefined ? '' : JSON.stringify(told.body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    runs,
    /** Tokens Airflow 3 has given and still takes. */
    tokens,
    world,
    /** Answers every request, until null is given. */
    answerInstead: (how: ((request: Asked) => Told | 'hang') | null) => {
      instead = how;
    },
    forget: () => {
      instead = null;
      asked.length = 0;
      runs.clear();
      tokens.clear();
      world.life = 3600;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

interface World {
  readonly runs: Map<string, number>;
  readonly tokens: Set<string>;
  /** Seconds a token of Airflow 3 lives. */
  life: number;
}

type Fake = (request: Asked, match: RegExpExecArray, world: World) => Told;

const notFound: Told = { status: 404, body: { message: 'Not Found' } };

const fakes: readonly (readonly [RegExp, Fake])[] = [
  [/^POST \/repos\/acme\/churn\/dispatches$/, github(githubDispatch)],
  [/^POST \/repos\/acme\/churn\/actions\/workflows\/retrain\.yml\/dispatches$/, github(githubWorkflow)],
  [/^POST \/api\/v4\/projects\/acme%2Fchurn\/trigger\/pipeline$/, gitlab],
  [/^POST \/api\/v1\/dags\/([^/]+)\/dagRuns$/, airflow2],
  [/^POST \/auth\/token$/, airflowToken],
  [/^POST \/api\/v2\/dags\/([^/]+)\/dagRuns$/, airflow3],
  [/^POST \/api\/2\.2\/jobs\/run-now$/, databricks],
];

function answer(request: Asked, world: World): Told {
  for (const [pattern, fake] of fakes) {
    const match = pattern.exec(`${request.method} ${request.path}`);
    if (match !== null) return fake(request, match, world);
  }
  return notFound;
}

/** A new run, or the one of that name. */
function runOf(world: World, name: string): number {
  const number = world.runs.get(name) ?? world.runs.size + 1;
  world.runs.set(name, number);
  return number;
}

function github(fake: Fake): Fake {
  return (request, match, world) => {
    const { headers } = request;
    if (headers.authorization !== `Bearer ${known.token}`)
      return { status: 401, body: { message: 'Bad credentials', status: '401' } };
    if (headers.accept !== 'application/vnd.github+json' || headers['x-github-api-version'] !== '2022-11-28')
      return { status: 415, body: { message: 'Unsupported' } };
    return fake(request, match, world);
  };
}

const invalid = (message: string): Told => ({ status: 422, body: { message, status: '422' } });

function githubDispatch({ body }: Asked, _match: RegExpExecArray, world: World): Told {
  const { event_type, client_payload } = JSON.parse(body) as { event_type: string; client_payload: object };
  if (event_type.length > 100) return invalid('event_type is too long (maximum is 100 characters)');
  if (Object.keys(client_payload).length > 10) return invalid('No more than 10 properties are allowed');
  if (JSON.stringify(client_payload).length >= 65_536) return invalid('client_payload is too large.');
  runOf(world, `dispatch ${world.runs.size}`);
  return { status: 204 };
}

const declared = new Set(
  'order kind model environment reason from to rows callback baselines callback_token mode'.split(' '),
);

function githubWorkflow({ body }: Asked, _match: RegExpExecArray, world: World): Told {
  const { ref, inputs, return_run_details } = JSON.parse(body) as {
    ref: string;
    inputs: Record<string, unknown>;
    return_run_details?: boolean;
  };
  if (ref !== 'main') return invalid(`No ref found for: ${ref}`);
  const strange = Object.keys(inputs).filter(name => !declared.has(name));
  if (strange.length > 0) return invalid(`Unexpected inputs provided: ${JSON.stringify(strange)}`);
  if (Object.keys(inputs).length > 25 || Object.values(inputs).some(value => typeof value !== 'string'))
    return invalid('inputs');
  const run = runOf(world, `workflow ${world.runs.size}`);
  if (return_run_details !== true) return { status: 204 };
  return {
    status: 200,
    body: {
      workflow_run_id: run,
      run_url: `https://api.github.com/repos/acme/churn/actions/runs/${run}`,
      html_url: `https://github.com/acme/churn/actions/runs/${run}`,
    },
  };
}

function gitlab({ body, headers }: Asked, _match: RegExpExecArray, world: World): Told {
  const form = new URLSearchParams(body);
  if (headers['content-type'] !== 'application/x-www-form-urlencoded' || form.get('token') !== known.token)
    return { status: 404, body: { message: '404 Not Found' } };
  if (form.get('ref') !== 'main')
    return { status: 400, body: { message: { base: ['Reference not found'] } } };
  const id = runOf(world, `pipeline ${world.runs.size}`);
  return {
    status: 201,
    body: { id, ref: 'main', web_url: `https://gitlab.example.com/acme/churn/-/pipelines/${id}` },
  };
}

function airflow2({ body, headers }: Asked, match: RegExpExecArray, world: World): Told {
  const basic = `Basic ${Buffer.from(`${known.user}:${known.password}`).toString('base64')}`;
  if (headers.authorization !== basic)
    return { status: 401, body: { title: 'Unauthorized', status: 401, detail: null } };
  const { dag_run_id, ...rest } = JSON.parse(body) as { dag_run_id: string };
  if ('logical_date' in rest) return { status: 400, body: { title: 'Bad Request', status: 400 } };
  return dagRun(match[1]!, dag_run_id, world);
}

function airflowToken({ body }: Asked, _match: RegExpExecArray, world: World): Told {
  const { username, password } = JSON.parse(body) as { username: string; password: string };
  if (username !== known.user || password !== known.password)
    return { status: 401, body: { detail: 'Invalid credentials' } };
  const claims = { sub: '1', exp: Math.floor(Date.now() / 1000) + world.life, n: world.tokens.size };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'HS512' })}.${part(claims)}.c2lnbmF0dXJl`;
  world.tokens.add(token);
  return { status: 201, body: { access_token: token } };
}

const dagRunFields = new Set(
  'dag_run_id logical_date data_interval_start data_interval_end run_after conf note'.split(' '),
);

function airflow3({ body, headers }: Asked, match: RegExpExecArray, world: World): Told {
  const token = (headers.authorization ?? '').replace('Bearer ', '');
  if (!world.tokens.has(token) && token !== known.token)
    return { status: 401, body: { detail: 'Invalid JWT token' } };
  const given = JSON.parse(body) as { dag_run_id: string };
  const strange = Object.keys(given).some(name => !dagRunFields.has(name));
  if (strange || !('logical_date' in given)) return { status: 422, body: { detail: [{ type: 'missing' }] } };
  return dagRun(match[1]!, given.dag_run_id, world);
}

function dagRun(dag: string, run: string, world: World): Told {
  if (dag !== 'retrain_churn')
    return { status: 404, body: { detail: `DAG with dag_id: '${dag}' not found`, status: 404 } };
  if (world.runs.has(`${dag} ${run}`))
    return {
      status: 409,
      body: { detail: `DAGRun with DAG ID: '${dag}' and DAGRun ID: '${run}' already exists` },
    };
  runOf(world, `${dag} ${run}`);
  return { status: 200, body: { dag_id: dag, dag_run_id: run, state: 'queued', logical_date: null } };
}

function databricks({ body, headers }: Asked, _match: RegExpExecArray, world: World): Told {
  if (headers.authorization !== `Bearer ${known.token}`)
    return {
      status: 401,
      body: { error_code: '401', message: 'Credential was not sent or was of an unsupported type.' },
    };
  const { job_id, idempotency_token } = JSON.parse(body) as { job_id: number; idempotency_token: string };
  if (job_id !== 7)
    return {
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE', message: `Job ${job_id} does not exist.` },
    };
  if (idempotency_token.length > 64) return { status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } };
  return { status: 200, body: { run_id: runOf(world, idempotency_token), number_in_job: 1 } };
}
