import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Endpoint, Message } from '../../src/act/channel.ts';
import { createTargetGuard } from '../../src/act/target.ts';
import { targets } from '../../src/act/targets/index.ts';

/** The target of Airflow against a real Airflow 3 with its API server, scheduler and DAG processor over SQLite. */
const executable = process.env['LEEWAY_AIRFLOW'] ?? '';
if (executable === '')
  console.log('skipped: LEEWAY_AIRFLOW is not set (path of the executable `airflow`, version 3)');

const dag = `from airflow.sdk import dag, task

@dag(dag_id="retrain_churn", schedule=None, catchup=False, is_paused_upon_creation=False)
def retrain_churn():
    @task
    def train(**context):
        return context["dag_run"].conf["order"]
    train()

retrain_churn()
`;
const user = 'leeway';
const order = 'or_5f0c3e1d2b4a69788796a5b4c3d2e1f0';
const message: Message = {
  id: `${order}_airflow`,
  body: JSON.stringify({ type: 'retraining.requested', data: { order, kind: 'retrain', model: 'churn' } }),
};

describe.skipIf(executable === '')('Airflow 3', { timeout: 300_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), 'leeway-airflow-'));
  let process3: ChildProcess | null = null;
  let url = '';
  let password = '';

  beforeAll(async () => {
    mkdirSync(join(home, 'dags'));
    writeFileSync(join(home, 'dags', 'retrain.py'), dag);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    process3 = spawn(executable, ['standalone'], {
      detached: true,
      stdio: 'ignore',
      env: {
        ...process.env,
        // It starts its parts by the bare name.
        PATH: `${dirname(executable)}${delimiter}${process.env['PATH']}`,
        AIRFLOW_HOME: home,
        AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `${url}/execution/`,
        AIRFLOW__API__PORT: String(port),
        AIRFLOW__API__HOST: '127.0.0.1',
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS: `${user}:admin`,
      },
    });
    const passwords = join(home, 'simple_auth_manager_passwords.json.generated');
    await until(() => existsSync(passwords) && readFileSync(passwords, 'utf8').includes(user));
    password = (JSON.parse(readFileSync(passwords, 'utf8')) as Record<string, string>)[user]!;
    await until(async () => (await ask(`/api/v2/dags/retrain_churn`)).status === 200);
  }, 240_000);

  afterAll(async () => {
    if (process3?.pid !== undefined) process.kill(-process3.pid, 'SIGKILL');
    await new Promise(resolve => setTimeout(resolve, 500));
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  async function ask(path: string): Promise<Response> {
    try {
      const body = JSON.stringify({ username: user, password });
      const headers = { 'content-type': 'application/json' };
      const entered = await fetch(`${url}/auth/token`, { method: 'POST', headers, body });
      const { access_token: token } = (await entered.json()) as { access_token: string };
      return await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    } catch {
      return Response.error();
    }
  }

  const endpoint = (over: object = {}): Endpoint => ({
    name: 'airflow',
    kind: 'airflow',
    takes: 'orders',
    url,
    secrets: [],
    settings: { version: 3, dag: 'retrain_churn', username: user, password: hidden(password), ...over },
  });
  const hidden = (text: string) => ({ reveal: () => text });
  const runs = async () =>
    (await (await ask('/api/v2/dags/retrain_churn/dagRuns')).json()) as {
      dag_runs: { dag_run_id: string; state: string; conf: object }[];
    };

  it('runs an order once, however often it is sent, and says what is wrong', async () => {
    const target = targets['airflow']!({ guard: createTargetGuard(['127.0.0.1']) });
    const name = `leeway__${order}`;
    const page = `${url}/dags/retrain_churn/runs/${name}`;
    const first = await target.send(message, endpoint(), Date.now());
    expect(first).toMatchObject({ status: 200, run: name, url: page });
    const again = await target.send(message, endpoint(), Date.now());
    expect(again).toMatchObject({ status: 200, run: name, detail: expect.stringContaining('409') });
    expect((await runs()).dag_runs.map(run => run.dag_run_id)).toEqual([name]);
    await until(async () => (await runs()).dag_runs[0]?.state === 'success');
    expect((await runs()).dag_runs[0]!.conf).toMatchObject({ order, model: 'churn', id: message.id });
    const elsewhere = await target.send(message, endpoint({ dag: 'nothing' }), Date.now());
    expect(elsewhere).toMatchObject({ status: 404, detail: expect.stringContaining('nothing') });
    const stranger = { ...endpoint({ password: hidden('wrong') }), name: 'other' };
    expect(await target.send(message, stranger, Date.now())).toMatchObject({ status: 401 });
    await target.close();
  });
});

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Asks every half second, until the test's own time is over. */
async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise(resolve => setTimeout(resolve, 500));
}
