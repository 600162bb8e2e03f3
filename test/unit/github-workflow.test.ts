import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createTargetGuard } from '../../src/act/target.ts';
import { defaultInputs } from '../../src/act/targets/github-workflow.ts';
import { targets } from '../../src/act/targets/index.ts';

/** examples/github/retrain.yml against what the targets send: read, and its steps really run. */
interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}
const file = join(import.meta.dirname, '../../examples/github/retrain.yml');
const text = readFileSync(file, 'utf8');
const workflow = parse(text) as {
  on: {
    repository_dispatch: { types: string[] };
    workflow_dispatch: { inputs: Record<string, { required: boolean; type: string }> };
  };
  jobs: { retrain: { env: Record<string, string>; steps: Step[] } };
};
const { steps, env: jobEnv } = workflow.jobs.retrain;

const folder = mkdtempSync(join(tmpdir(), 'leeway-workflow-'));
const order = 'or_5f0c3e1d2b4a69788796a5b4c3d2e1f0';
let server: Server;
let url = '';
/** Reports, by event id, as Leeway keeps them; and what GitHub was asked. */
const reports = new Map<string, string>();
const authorizations: (string | undefined)[] = [];
let dispatched: Record<string, unknown> = {};

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const path = request.url ?? '';
      if (path.endsWith('/dispatches')) {
        dispatched = JSON.parse(body) as Record<string, unknown>;
        response.writeHead(204).end();
      } else if (path.startsWith('/rows')) {
        const { authorization } = request.headers;
        const asked = path === '/rows?x=1&format=parquet&labels=only';
        response.writeHead(asked && authorization === 'Bearer lw_key' ? 200 : 403).end('PAR1 rows');
      } else {
        authorizations.push(request.headers.authorization);
        const { event_id: id } = JSON.parse(body) as { event_id: string };
        const known = reports.get(id);
        reports.set(id, known ?? body);
        response.writeHead(known === undefined || known === body ? 200 : 409).end('{}');
      }
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mkdirSync(join(folder, 'bin'));
  const mlflow = join(folder, 'bin/mlflow');
  writeFileSync(
    mlflow,
    `#!/bin/sh
echo "$@" > mlflow.args
[ -n "$BROKEN" ] && exit 1
echo '{"version": "7", "metrics": {"accuracy_after": 0.79}}' > result.json
`,
  );
  writeFileSync(join(folder, 'bin/pip'), '#!/bin/sh\n');
  for (const name of ['mlflow', 'pip']) chmodSync(join(folder, 'bin', name), 0o755);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What GitHub would hand to the workflow after the target has sent an order. */
async function eventOf(kind: 'github-dispatch' | 'github-workflow'): Promise<Record<string, unknown>> {
  const target = targets[kind]!({ guard: createTargetGuard(['127.0.0.1']) });
  const data = {
    order,
    kind: 'retrain',
    model: 'churn',
    environment: 'prod',
    reason: 'opened',
    period: { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:10:00.000Z' },
    findings: [],
    links: { rows: `${url}/rows?x=1`, callback: `${url}/callback`, baselines: `${url}/baselines` },
    callback_token: 'lwc1.token-of-this-order',
  };
  const body = JSON.stringify({ type: 'retraining.requested', data });
  const settings = {
    token: { reveal: () => 'github-token' },
    repository: 'acme/churn',
    workflow: 'retrain.yml',
    ref: 'main',
  };
  const endpoint = { name: 'github', kind, takes: 'orders' as const, url, secrets: [], settings };
  expect((await target.send({ id: `${order}_github`, body }, endpoint, 0)).status).toBe(204);
  await target.close();
  return dispatched;
}

/** `${{ a.b || c.d }}` filled in; a name that is nowhere is an error, as a misspelt one would be silence on GitHub. */
function fillIn(template: string, contexts: Record<string, unknown>): string {
  return template.replaceAll(/\$\{\{ *(.*?) *\}\}/g, (_, expression: string) => {
    const values = expression.split('||').map(path => lookUp(contexts, path.trim()));
    const value = values.find(each => typeof each === 'string' && each !== '');
    if (value === undefined) throw new Error(`nothing is at ${expression}`);
    return value as string;
  });
}

function lookUp(contexts: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], contexts);
}

/** Runs the steps with scripts, as GitHub would: with its files, and a shell that ends at the first failure. */
async function runWorkflow(event: Record<string, unknown>, run: string, more: Record<string, string> = {}) {
  const directory = mkdtempSync(join(folder, 'run-'));
  const path = (name: string) => join(directory, name);
  for (const name of ['env', 'output']) writeFileSync(path(name), '');
  writeFileSync(path('event.json'), JSON.stringify(event));
  const contexts = {
    github: { event, server_url: 'https://github.com', repository: 'acme/churn', run_id: run },
    inputs: event['inputs'],
    secrets: { LEEWAY_KEY: 'lw_key', MLFLOW_TRACKING_URI: 'http://mlflow.example.org' },
  };
  const fill = (env: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fillIn(value, contexts)]));
  const done: string[] = [];
  let failed = false;
  let log = '';
  for (const step of steps) {
    const outputs = parseLines(readFileSync(path('output'), 'utf8'));
    if (step.run === undefined || !holds(step.if, failed, outputs['mine'] ?? '')) continue;
    const result = await shell(step.run, {
      cwd: directory,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        GITHUB_EVENT_PATH: path('event.json'),
        GITHUB_ENV: path('env'),
        GITHUB_OUTPUT: path('output'),
        ...fill(jobEnv),
        ...parseLines(readFileSync(path('env'), 'utf8')),
        ...fill(step.env ?? {}),
        ...more,
      },
    });
    log += result.log;
    failed ||= result.code !== 0;
    done.push(step.name ?? '');
  }
  return { done, failed, log, path };
}

/** The conditions that the workflow uses, and no others. */
function holds(condition: string | undefined, failed: boolean, mine: string): boolean {
  if (condition === undefined) return !failed;
  if (condition === "steps.take.outputs.mine == 'true'") return !failed && mine === 'true';
  if (condition === "(failure() || cancelled()) && steps.take.outputs.mine == 'true'")
    return failed && mine === 'true';
  throw new Error(`a condition this test does not know: ${condition}`);
}

function parseLines(lines: string): Record<string, string> {
  const pairs = lines.split('\n').filter(line => line.includes('='));
  return Object.fromEntries(
    pairs.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function shell(script: string, options: { cwd: string; env: Record<string, string> }) {
  return new Promise<{ code: number; log: string }>(resolve => {
    execFile('bash', ['-e', '-o', 'pipefail', '-c', script], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, log: stdout + stderr }),
    );
  });
}

describe('examples/github/retrain.yml', () => {
  it('declares every input that is sent, and listens to both events', () => {
    const { inputs } = workflow.on.workflow_dispatch;
    expect(Object.keys(inputs).sort()).toEqual(Object.keys(defaultInputs).sort());
    expect(Object.values(inputs).every(input => input.type === 'string')).toBe(true);
    expect(workflow.on.repository_dispatch.types).toEqual(['leeway-retrain', 'leeway-rebuild']);
    expect(text).not.toMatch(/callback_token \}\}/);
  });

  it.each(['github-dispatch', 'github-workflow'] as const)(
    '%s: takes the order, fetches rows, runs MLflow and reports; a second run of the order ends at once',
    async kind => {
      reports.clear();
      const event = await eventOf(kind);
      expect(event['event_type'] ?? 'leeway-retrain').toBe('leeway-retrain');
      const first = await runWorkflow(event, '11');
      expect([first.failed, first.done]).toEqual([
        false,
        ['Hide the token', 'Take the order', 'Install MLflow', 'Fetch the rows', 'Train', 'Report success'],
      ]);
      const args = readFileSync(first.path('mlflow.args'), 'utf8');
      expect(args).toBe(
        `run . --env-manager local -P rows=${first.path('rows.parquet')} -P model=churn -P kind=retrain\n`,
      );
      expect(readFileSync(first.path('rows.parquet'), 'utf8')).toBe('PAR1 rows');
      expect(JSON.parse(reports.get('succeeded')!)).toEqual({
        event_id: 'succeeded',
        state: 'succeeded',
        version: '7',
        metrics: { accuracy_after: 0.79 },
        training: { from: '2026-11-21T09:00:00.000Z', to: '2026-11-21T10:10:00.000Z' },
        artifact: 'https://github.com/acme/churn/actions/runs/11',
      });
      expect(new Set(authorizations)).toEqual(new Set(['Bearer lwc1.token-of-this-order']));
      expect(first.log.replace('::add-mask::lwc1.token-of-this-order', '')).not.toContain('lwc1.');

      const second = await runWorkflow(event, '12');
      expect([second.failed, second.done]).toEqual([false, ['Hide the token', 'Take the order']]);
      expect(second.log).toContain(`Another run has taken order ${order}`);
      const again = await runWorkflow(event, '11');
      expect(again.done).toContain('Train');
    },
  );

  it('reports a training that fails', async () => {
    reports.clear();
    const { failed, done } = await runWorkflow(await eventOf('github-dispatch'), '13', { BROKEN: '1' });
    expect([failed, done.at(-1)]).toEqual([true, 'Report failure']);
    expect(JSON.parse(reports.get('failed')!)).toEqual({
      event_id: 'failed',
      state: 'failed',
      message: 'see https://github.com/acme/churn/actions/runs/13',
    });
  });
});
