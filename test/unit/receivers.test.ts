import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTargetGuard } from '../../src/act/target.ts';
import { targets } from '../../src/act/targets/index.ts';

/** The receivers of examples/receivers, run as they are: orders come from the real target, and go to fakes. */
const python = process.env['LEEWAY_PYTHON'] ?? 'python3';
const missing = spawnSync(python, ['--version']).status !== 0;
if (missing) console.log('skipped: there is no Python 3 (LEEWAY_PYTHON names one)');

const folder = mkdtempSync(join(tmpdir(), 'leeway-receivers-'));
const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
const order = 'or_5f0c3e1d2b4a69788796a5b4c3d2e1f0';
const data = {
  order,
  kind: 'retrain',
  model: 'churn',
  links: { rows: 'https://leeway.example.org/rows?x=1', callback: 'https://leeway.example.org/callback' },
  callback_token: 'lwc1.token',
};
const message = { id: `${order}_x`, body: JSON.stringify({ type: 'retraining.requested', data }) };

interface Asked {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}
let server: Server;
let url = '';
const asked: Asked[] = [];
let answer: { status: number; body?: object; location?: string } = { status: 200 };
const children: ChildProcess[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const token = request.headers['dagster-cloud-api-token'];
      const authorization = request.headers.authorization ?? String(token ?? '');
      asked.push({ path: request.url ?? '', authorization, body: Buffer.concat(chunks).toString('utf8') });
      const { status, location = '' } = answer;
      response
        .writeHead(status, { location })
        .end(answer.body === undefined ? '' : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // SageMaker's client as far as it is used: it prints what it is asked.
  writeFileSync(
    join(folder, 'boto3.py'),
    `import json, os, urllib.request
class Client:
    def __init__(self, service):
        self.service = service
    def start_pipeline_execution(self, **asked):
        body = json.dumps({"service": self.service, **asked}).encode()
        urllib.request.urlopen(urllib.request.Request(os.environ["ASKED"] + "/aws", data=body, method="POST")).read()
        return {"PipelineExecutionArn": "arn:aws:sagemaker:x"}
client = Client
`,
  );
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a receiver and gives what sends to it. */
async function receiver(name: string, env: Readonly<Record<string, string>>) {
  const script = join(import.meta.dirname, '../../examples/receivers/receive.py');
  const child = spawn(python, ['-B', script, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: folder, LEEWAY_SECRET: secret, PORT: '0', ASKED: url, ...env },
  });
  children.push(child);
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (line: Buffer) => resolve(/\d+/.exec(line.toString('utf8'))?.[0] ?? ''));
    child.once('exit', code => reject(new Error(`the receiver ended with ${code}`)));
  });
  const target = targets['webhook']!({ guard: createTargetGuard(['127.0.0.1']) });
  const send = async (by = secret, now = Date.now()) => {
    const secrets = [{ reveal: () => by }];
    const place = `http://127.0.0.1:${port}/`;
    const endpoint = {
      name: 'x',
      kind: 'webhook',
      takes: 'orders' as const,
      url: place,
      secrets,
      settings: {},
    };
    return target.send(message, endpoint, now);
  };
  return { send, close: () => target.close() };
}

const json = (index: number) => JSON.parse(asked[index]!.body) as Record<string, unknown>;

describe.skipIf(missing)('examples/receivers', () => {
  it.each([
    {
      name: 'jenkins',
      env: { JENKINS_URL: '', JENKINS_JOB: 'retrain churn', JENKINS_USER: 'u', JENKINS_TOKEN: 't' },
      answers: { status: 201, location: '/queue/item/4/' },
      path: '/job/retrain%20churn/buildWithParameters',
      authorization: `Basic ${Buffer.from('u:t').toString('base64')}`,
      sent: () => Object.fromEntries(new URLSearchParams(asked[0]!.body)),
      expected: { ORDER: order, MODEL: 'churn', ROWS: data.links.rows, CALLBACK_TOKEN: 'lwc1.token' },
    },
    {
      name: 'argo',
      env: { ARGO_URL: '', ARGO_NAMESPACE: 'ml', ARGO_TEMPLATE: 'retrain', ARGO_TOKEN: 'Bearer x' },
      answers: { status: 200, body: { metadata: { name: 'w' } } },
      path: '/api/v1/workflows/ml/submit',
      authorization: 'Bearer x',
      sent: () => json(0),
      expected: {
        resourceKind: 'WorkflowTemplate',
        resourceName: 'retrain',
        submitOptions: {
          name: order.replace('_', '-'),
          parameters: expect.arrayContaining([`order=${order}`, 'model=churn', `rows=${data.links.rows}`]),
        },
      },
    },
    {
      name: 'kubeflow',
      env: { KFP_URL: '', KFP_EXPERIMENT: 'e', KFP_PIPELINE: 'p', KFP_VERSION: 'v', KFP_TOKEN: 'x' },
      answers: { status: 200, body: { run_id: 'r' } },
      path: '/apis/v2beta1/runs',
      authorization: 'Bearer x',
      sent: () => json(0),
      expected: {
        experiment_id: 'e',
        pipeline_version_reference: { pipeline_id: 'p', pipeline_version_id: 'v' },
        runtime_config: { parameters: expect.objectContaining({ order, callback: data.links.callback }) },
      },
    },
    {
      name: 'prefect',
      env: { PREFECT_API_URL: '', PREFECT_DEPLOYMENT: 'd', PREFECT_API_KEY: 'x' },
      answers: { status: 201, body: { id: 'f' } },
      path: '/deployments/d/create_flow_run',
      authorization: 'Bearer x',
      sent: () => json(0),
      expected: { idempotency_key: order, parameters: { order: data } },
    },
    {
      name: 'dagster',
      env: { DAGSTER_URL: '', DAGSTER_LOCATION: 'l', DAGSTER_JOB: 'j', DAGSTER_TOKEN: 'x' },
      answers: {
        status: 200,
        body: { data: { launchRun: { __typename: 'LaunchRunSuccess', run: { runId: 'r' } } } },
      },
      path: '/graphql',
      authorization: 'x',
      sent: () => (json(0)['variables'] as { params: object }).params,
      expected: {
        selector: { repositoryLocationName: 'l', repositoryName: '__repository__', jobName: 'j' },
        runConfigData: { ops: { train: { config: { order: data } } } },
      },
    },
    {
      name: 'sagemaker',
      env: { SAGEMAKER_PIPELINE: 'retrain' },
      answers: { status: 200 },
      path: '/aws',
      authorization: '',
      sent: () => json(0),
      expected: {
        service: 'sagemaker',
        PipelineName: 'retrain',
        ClientRequestToken: order,
        PipelineParameters: expect.arrayContaining([{ Name: 'Model', Value: 'churn' }]),
      },
    },
  ])('$name is handed the order', async ({ name, env, answers, path, authorization, sent, expected }) => {
    asked.length = 0;
    answer = answers;
    const addressed = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value || url]));
    const { send, close } = await receiver(name, addressed as Record<string, string>);
    expect(await send()).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(1);
    expect([asked[0]!.path, asked[0]!.authorization]).toEqual([path, authorization]);
    expect(sent()).toMatchObject(expected);

    // What is not signed goes no further; what the orchestrator does not take is sent again by Leeway.
    expect((await send(`whsec_${Buffer.alloc(24, 6).toString('base64')}`)).status).toBe(401);
    expect((await send(secret, Date.now() - 400_000)).status).toBe(401);
    expect(asked).toHaveLength(1);
    if (name === 'dagster')
      answer = { status: 200, body: { data: { launchRun: { __typename: 'PythonError' } } } };
    else answer = { status: 500 };
    expect((await send()).status).toBe(502);
    answer = { status: 409 };
    expect((await send()).status).toBe(name === 'argo' ? 200 : 502);
    await close();
  });
});
