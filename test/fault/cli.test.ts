import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** The command line as a person meets it: the built program, in processes of its own, on real data directories. */
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'leeway-command-'));
const running = new Set<ChildProcess>();

beforeAll(() => expect(existsSync(program), 'npm run build makes dist/').toBe(true));
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function launch(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder });
  running.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', chunk => (out += String(chunk)));
  child.stderr.on('data', chunk => (err += String(chunk)));
  const ended = new Promise<Ended>(resolve =>
    child.on('close', code => {
      running.delete(child);
      resolve({ code, out, err });
    }),
  );
  /** Resolves with the match as soon as it stands in what was written to stderr. */
  const said = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(err);
      if (match !== null) return match;
      const moment = new Promise<null>(resolve => setTimeout(() => resolve(null), 20));
      const end = await Promise.race([ended, moment]);
      if (end !== null && !pattern.test(err)) throw new Error(`it ended with ${end.code}:\n${end.err}`);
    }
  };
  return { child, ended, said };
}

const run = (...args: string[]) => launch(args).ended;

async function start(...args: string[]) {
  const service = launch(['start', '--port', '0', ...args]);
  const [, url] = await service.said(/listens on (http:\S+)/);
  const stop = async (signal: NodeJS.Signals) => {
    const began = performance.now();
    service.child.kill(signal);
    const { code } = await service.ended;
    return { code, seconds: (performance.now() - began) / 1000 };
  };
  return { ...service, url: url!, stop };
}

async function post(url: string, body: string): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${url}/v1/inferences`, { method: 'POST', body });
  return { status: response.status, answer: await response.json() };
}

/** `count` rows of a model, as training data and payloads hold them. */
const people = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ age: 20 + ((i * 7) % 50), plan: i % 3 ? 'pro' : 'free' }));
const payloads = (model: string, count: number, more: (i: number) => object = () => ({})) =>
  people(count)
    .map((features, i) =>
      JSON.stringify({ model, id: `p${i}`, features, prediction: (i % 10) / 10, ...more(i) }),
    )
    .join('\n');
const csv = (count: number) => ['age,plan', ...people(count).map(p => `${p.age},${p.plan}`)].join('\n');
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe('the command line', () => {
  it('starts, takes payloads, makes a baseline, shows what there is, stops, and finds it all again', async () => {
    const service = await start('--data', 'first');
    const at = ['--data', 'first'];
    expect((await run('models', ...at)).out).toContain(`POST an inference to ${service.url}/v1/inferences`);

    const posted = await post(service.url, `${payloads('churn', 600)}\ngarbage`);
    expect(posted).toMatchObject({ status: 200, answer: { stored: 600, refused: [{ index: 600 }] } });
    const models = await run('models', ...at);
    expect(models).toMatchObject({ code: 0, err: '' });
    expect(models.out).toMatch(/churn .*│ 600 /);

    file('train.csv', csv(500));
    const made = await run('baseline', 'create', '--model', 'churn', '--file', 'train.csv', ...at);
    expect(made.out).toBe('Baseline 1 of churn is made from 500 rows and is active.\n');
    const list = await run('baseline', 'list', '--model', 'churn', '--json', ...at);
    expect(JSON.parse(list.out)).toMatchObject({ baselines: [{ baseline: 1, active: true, rows: 500 }] });
    file('few.csv', csv(5));
    const few = await run('baseline', 'create', '--model', 'churn', '--file', 'few.csv', ...at);
    expect(few).toMatchObject({ code: 1, err: expect.stringMatching(/LW_BASELINE_INVALID.*there are 5/) });

    expect((await run('rejects', '--reason', 'not-json', ...at)).out).toMatch(/http .*not-json/);
    expect((await run('status', ...at)).out).toContain(`${service.url} is ready`);
    const misspelt = await run('retrain', 'arm', 'chrun', ...at);
    expect(misspelt).toMatchObject({ code: 1, err: expect.stringContaining('Did you mean "churn"?') });
    expect((await run('retrain', 'arm', 'churn', ...at)).out).toContain('churn is armed');

    const stopped = await service.stop('SIGINT');
    expect(stopped.code).toBe(0);
    expect(stopped.seconds).toBeLessThan(10);
    const nobody = await run('models', ...at);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('LW_SERVICE_UNREACHABLE') });

    const again = await start(...at);
    const kept = JSON.parse((await run('models', '--json', ...at)).out);
    expect(kept).toMatchObject({ models: [{ model: 'churn', rows: 600, baseline: 1, armed: true }] });
    expect((await again.stop('SIGTERM')).code).toBe(0);
  }, 120_000);

  it('says why it cannot start, and what to do', async () => {
    const service = await start('--data', 'taken');
    const port = new URL(service.url).port;
    const locked = await run('start', '--data', 'taken', '--port', '0');
    expect(locked).toMatchObject({ code: 1, err: expect.stringContaining('LW_DATA_LOCKED') });
    const busy = await run('start', '--data', 'other', '--port', port);
    expect(busy).toMatchObject({ code: 1, err: expect.stringContaining('another program listens there') });
    const open = await run('start', '--data', 'other', '--host', '0.0.0.0');
    expect(open).toMatchObject({ code: 1, err: expect.stringContaining('LW_LISTEN_REFUSED') });
    file('a-file', '');
    const unusable = await run('start', '--data', 'a-file', '--port', '0');
    expect(unusable).toMatchObject({ code: 1, err: expect.stringContaining('LW_DATA_UNUSABLE') });
    const unread = await run('start', '--config', 'nowhere.yaml');
    expect(unread).toMatchObject({ code: 1, err: expect.stringContaining('there is no such file') });
    const wrong = await run('start', '--config', file('wrong.yaml', 'listen:\n  prot: 1\n'));
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('wrong.yaml:2:3: listen.prot') });
    const alone = await run('start', '--roles', 'act', '--data', 'other');
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('needs the role detect') });
    expect((await service.stop('SIGINT')).code).toBe(0);
  }, 120_000);

  it('reads its configuration again at SIGHUP, and keeps the old one when the new one is wrong', async () => {
    const settings = (text: string) => file('reload.yaml', text);
    const service = await start(
      '--data',
      'reload',
      '--config',
      settings('budget: {falseAlarmsPerModelMonth: 1}'),
    );
    settings('budget: {falseAlarmsPerModelMonth: 2}');
    service.child.kill('SIGHUP');
    await service.said(/budget\.falseAlarmsPerModelMonth/);
    settings('budget: {falseAlarmsPerModelMonth: none}');
    service.child.kill('SIGHUP');
    await service.said(/reload\.yaml:1:36/);
    expect((await post(service.url, payloads('churn', 10))).answer).toMatchObject({ stored: 10 });
    expect((await service.stop('SIGTERM')).code).toBe(0);
  }, 120_000);

  it('takes rows in without judging them, as --roles ingest', async () => {
    const service = await start('--data', 'door', '--roles', 'ingest');
    expect((await post(service.url, payloads('churn', 10))).answer).toMatchObject({ stored: 10 });
    const status = JSON.parse((await run('status', '--json', '--data', 'door')).out);
    expect(status).toMatchObject({ ready: true, failing: [], sources: [] });
    expect((await service.stop('SIGINT')).code).toBe(0);
  }, 120_000);

  it('replays a file once, by its own times', async () => {
    const newest = Math.floor(Date.now() / 3_600_000) * 3600 - 3600;
    file(
      'history.ndjson',
      payloads('churn', 900, i => ({ time: newest - (899 - i) * 60 })),
    );
    const source = 'sources: [{name: history, type: replay, file: history.ndjson}]';
    const config = ['--config', file('history.yaml', source), '--data', 'replayed'];
    const first = await start(...config);
    await first.said(/source finished/);
    const { out } = await run('models', '--json', '--data', 'replayed');
    expect(JSON.parse(out)).toMatchObject({ models: [{ model: 'churn', rows: 900 }] });
    expect((await first.stop('SIGINT')).code).toBe(0);
    const second = await start(...config);
    await second.said(/history.ndjson was replayed before/);
    expect((await second.stop('SIGINT')).code).toBe(0);
  }, 120_000);

  it('does not replay the rest of a file at other times', async () => {
    file('train.csv', csv(2000));
    const source =
      'sources: [{name: slow, type: replay, file: train.csv, model: churn, spreadDays: 5, rowsPerSecond: 50}]';
    const config = ['--config', file('slow.yaml', source), '--data', 'half'];
    const service = await start(...config);
    await service.said(/new model/);
    expect((await service.stop('SIGINT')).code).toBe(0);
    const again = await run('start', '--port', '0', ...config);
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/LW_REPLAY_UNFINISHED.* of 2000 rows/),
    });
    expect(again.err).toContain('--data another directory');
  }, 120_000);
});
