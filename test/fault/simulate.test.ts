import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { runCommand } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** `leeway simulate` against a service that runs, and against receivers that do as they are told. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-simulate-test-'));
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function command() {
  const out: string[] = [];
  const err: string[] = [];
  const signals = new EventEmitter();
  const exits: number[] = [];
  const run = async (...args: string[]) => {
    const code = await runCommand(['simulate', ...args], {
      terminal: {
        out: text => void out.push(text),
        err: text => void err.push(text),
        interactive: false,
        environment: {},
      },
      startApp: () => Promise.reject(new Error('not started here')),
      signals,
      clock: systemClock,
      fetch,
      exit: status => void exits.push(status),
      version: '1.2.3',
    });
    return { code, out: out.join('\n'), err: err.join('\n') };
  };
  return { run, signals, exits };
}

interface Simulated {
  readonly all: Readonly<Record<'sent' | 'accepted' | 'rejected' | 'failed' | 'p50' | 'max', number>>;
  readonly kinds: Readonly<Record<string, Simulated['all']>>;
  readonly rejected: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly deferrals: { readonly count: number; readonly reasons: Readonly<Record<string, number>> };
  readonly injected: readonly { readonly from: number; readonly rows: number }[];
  readonly from: number;
  readonly to: number;
  readonly stopped: boolean;
}

interface Finding {
  readonly check: string;
  readonly subject: string;
  readonly verdict: string;
  readonly windowStart: number;
  readonly windowSeconds: number;
}

/** A receiver that answers as it is told. */
async function receiver(answer: (request: IncomingMessage, response: ServerResponse, n: number) => void) {
  let n = 0;
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response, n++));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const json = (response: ServerResponse, status: number, body: object, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const ready = (request: IncomingMessage, response: ServerResponse) =>
  request.url === '/readyz' && json(response, 200, { ready: true, reasons: [] });
const taken = (response: ServerResponse) => json(response, 200, { stored: 1, labels: 0, refused: [] });

describe('drift that is put in', () => {
  it('is found on the feature it was put into, at its time, and on no other; what is broken is refused by reason', async () => {
    const config = loadConfig(null, {
      data: join(directory, 'data'),
      listen: { host: '127.0.0.1', port: 0 },
    });
    const app = await startApp(config, { logs: 'silent', scheduled: false });
    closing.push(app.stop);
    const load = '--event-speed 86400 --run-time 2s --rate 6000 --batch 250 --stop-timeout 60s';
    const faults = '--corrupted 1% --health-checks 1% --duplicates 2% --out-of-order 2%:5m --labels 20%:1h';
    const drift = '--drift shift:age:0.5sd@70%';
    const line = `--url ${app.url} --model churn --json --csv ${directory}/run ${load} ${faults} ${drift}`;
    const { code, out, err } = await command().run(...line.split(' '));
    expect(err).toContain(`Sends to http ${app.url}; event time from `);
    expect(code, err).toBe(0);
    const run = JSON.parse(out) as Simulated;
    expect(run.all.failed).toBe(0);
    const { corrupted, inference, label, duplicate, 'health check': checks } = run.kinds;
    expect(inference!.sent).toBeGreaterThan(11_000);
    expect([inference, label, duplicate].map(kind => kind!.rejected)).toEqual([0, 0, 0]);
    expect([corrupted, checks].map(kind => kind!.accepted)).toEqual([0, 0]);
    expect(run.all.rejected).toBe(corrupted!.sent + checks!.sent);
    expect(run.rejected['no-content']).toBe(checks!.sent);
    expect(Object.keys(run.rejected)).toEqual(
      expect.arrayContaining(['not-json', 'not-utf8', 'bad-features', 'text-too-long', 'too-deep']),
    );
    const stored = await app.storage.database.rows<{ n: string }>(
      `SELECT count() AS n FROM ${app.storage.db}.inferences FINAL`,
    );
    expect(Number(stored[0]!.n), 'copies are one row').toBe(inference!.sent);

    await app.settle();
    const answer = await fetch(`${app.url}/v1/models/churn/findings?check=drift&limit=50000`);
    const { findings } = (await answer.json()) as { findings: Finding[] };
    const drifted = findings.filter(finding => finding.verdict === 'drift');
    expect(new Set(drifted.map(finding => finding.subject))).toEqual(new Set(['feature:age']));
    const [injected] = run.injected;
    expect(injected!.from).toBeCloseTo(run.from + 0.7 * (run.to - run.from), -4);
    const first = Math.min(...drifted.map(finding => finding.windowStart + finding.windowSeconds)) * 1000;
    expect(first).toBeGreaterThan(injected!.from);
    expect(first - injected!.from, 'within six hours of event time').toBeLessThanOrEqual(6 * 3_600_000);
    const judged = new Set(findings.filter(f => f.verdict === 'stable').map(f => f.subject));
    expect(judged).toContain('feature:income');

    const stats = readFileSync(join(directory, 'run_stats.csv'), 'utf8').trim().split('\n');
    expect(stats[0]).toMatch(/^Type,Name,Request Count,Failure Count,Median Response Time,/);
    expect(stats.at(-1)).toMatch(new RegExp(`^,Aggregated,${run.all.sent},0,`));
    expect(
      readFileSync(join(directory, 'run_history.csv'), 'utf8').trim().split('\n').length,
    ).toBeGreaterThan(1);
    expect(existsSync(join(directory, 'run_failures.csv'))).toBe(true);
  });
});

describe('a receiver that', () => {
  const quick = ['--rate', '100', '--users', '2', '--run-time', '400ms', '--json'];

  it('asks to wait is waited for, and the same payloads come again', async () => {
    const url = await receiver((request, response, n) => {
      if (ready(request, response)) return;
      if (n <= 2) json(response, n === 1 ? 429 : 503, {}, { 'retry-after': '0' });
      else taken(response);
    });
    const { code, out } = await command().run('--url', url, ...quick);
    const run = JSON.parse(out) as Simulated;
    expect(code).toBe(0);
    expect(run.deferrals.reasons).toEqual({ 'HTTP 429': 1, 'HTTP 503': 1 });
    expect(run.all).toMatchObject({ failed: 0, accepted: run.all.sent });
    expect(run.all.max, 'counted from the moment it was due').toBeGreaterThanOrEqual(100);
  });

  it('fails too often is beyond the limit', async () => {
    const url = await receiver((request, response, n) => {
      if (ready(request, response)) return;
      if (n % 10 === 0) json(response, 500, {});
      else if (n % 10 === 5) response.destroy();
      else taken(response);
    });
    const { code, out } = await command().run('--url', url, ...quick);
    expect(code).toBe(3);
    expect(Object.keys((JSON.parse(out) as Simulated).failed).sort()).toEqual(['HTTP 500', 'UND_ERR_SOCKET']);
    const allowed = await command().run('--url', url, ...quick, '--limit', 'failures=50%');
    expect(allowed.code).toBe(0);
    const text = await command().run(
      '--url',
      url,
      ...quick.slice(0, -1),
      '--limit',
      'p50=1ms',
      '--limit',
      'max=1ms',
    );
    expect(text.code).toBe(3);
    expect(text.out).toMatch(/Failed on the way: \d+ \w.*, \d+ \w.*\./);
    expect(text.out).toMatch(/Beyond a limit: failures .* over the limit of 1 %\./);
    expect(text.out).toContain('Next: leeway findings --model simulated');
  });

  it('wants a key ends the run at once with its own words', async () => {
    const url = await receiver((request, response) => {
      if (ready(request, response)) return;
      if (request.headers.authorization === 'Bearer lw_test') taken(response);
      else json(response, 403, { code: 'LW_ORIGIN_REFUSED', message: 'no key' });
    });
    const { code, err } = await command().run('--url', url, '--json');
    expect(code).toBe(1);
    expect(err).toContain('LW_ORIGIN_REFUSED: no key');
    const keyFile = join(directory, 'key');
    writeFileSync(keyFile, 'lw_test\n');
    expect((await command().run('--url', url, '--key-file', keyFile, ...quick)).code).toBe(0);
  });

  it('is not there is said so before anything is sent', async () => {
    const { code, err } = await command().run('--url', 'http://127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).toContain('LW_SERVICE_UNREACHABLE: http://127.0.0.1:1 cannot be reached');
  });
});

it('a signal ends the run with its table', async () => {
  const { run, signals, exits } = command();
  let asked = false;
  const url = await receiver((request, response, n) => {
    if (ready(request, response)) return;
    taken(response);
    if (n < 20 || asked) return;
    asked = true;
    signals.emit('SIGINT');
  });
  const { code, out, err } = await run('--url', url, '--rate', '200');
  expect(code).toBe(0);
  expect(err).toContain('Stopping: answers under way are waited for');
  expect(out).toMatch(/│ inference │ \d+\s+│/);
  expect(exits).toEqual([]);
  expect(signals.listenerCount('SIGINT')).toBe(0);
});

it('what cannot be is said before anything is sent', async () => {
  for (const [args, message] of [
    [['--to', 'nowhere'], '--to must be http, kafka or memory.'],
    [['--to', 'kafka'], '--to kafka needs --brokers and --topic'],
    [['--to', 'memory', '--drift', 'shift:height:1@60%', '--run-time', '1s'], 'there is no feature height'],
    [['--to', 'memory', '--drift', 'shift:age:1@60%'], 'needs a run with an end'],
    [['--rate', 'fast'], '--rate must be a number'],
    [['--once'], '--once ends at the last row of a --file.'],
    [['--corrupted', '0.6', '--duplicates', '0.6'], 'more than all payloads together'],
    [['--from', 'yesterday'], '--from must be a time'],
  ] as const) {
    const { code, err } = await command().run(...args);
    expect(code, args.join(' ')).toBe(2);
    expect(err).toContain(message);
  }
});
