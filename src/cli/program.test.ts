import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from '../config/schema.ts';
import { createManualClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { AppHandle } from './app-handle.ts';
import { buildProgram, runCommand } from './program.ts';
import { flat, shapeOf } from './shape.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

function setup(answer: { status?: number; body?: unknown } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const exits: number[] = [];
  const requests: { url: string; method: string; body: string; headers: Record<string, string> }[] = [];
  const started: { config: Config; roles: string[] }[] = [];
  const signals = new EventEmitter();
  const clock = createManualClock(0);
  const app = {
    url: 'http://127.0.0.1:9',
    stops: 0,
    stop: async () => {},
    reload: (_read: () => Config): void => undefined,
    failed: new Promise<never>(() => {}),
  };
  const context = {
    terminal: {
      out: (t: string) => void out.push(t),
      err: (t: string) => void err.push(t),
      interactive: false,
      environment: {} as Record<string, string>,
    },
    startApp: async (config: Config, options: { roles: string[] }): Promise<AppHandle> => {
      started.push({ config, roles: options.roles });
      return app;
    },
    signals,
    clock,
    fetch: (async (url: string, init: RequestInit) => {
      const { method = 'GET', body = '', headers = {} } = init;
      requests.push({
        url,
        method,
        body: body instanceof Uint8Array ? Buffer.from(body).toString() : String(body),
        headers: headers as Record<string, string>,
      });
      return new Response(JSON.stringify(answer.body ?? {}), { status: answer.status ?? 200 });
    }) as typeof fetch,
    exit: (code: number) => void exits.push(code),
    version: '0.1.0',
  };
  const run = (...args: string[]) => runCommand(args, context);
  /** The service has been started and waits for a signal. */
  const waiting = async () => {
    while (signals.listenerCount('SIGTERM') === 0) await new Promise(resolve => setImmediate(resolve));
  };
  return { run, out, err, exits, requests, started, signals, clock, app, context, waiting };
}

const url = ['--url', 'http://h:1'];

describe('help and usage', () => {
  it('every command has help with examples', async () => {
    const leaves = flat(shapeOf(buildProgram(setup().context))).filter(shape => shape.commands.length === 0);
    expect(leaves.length).toBeGreaterThan(20);
    for (const { path, examples } of leaves) expect(examples.length, path).toBeGreaterThan(0);
    for (const args of [['start'], ['baseline', 'create'], ['baselines', 'list'], []]) {
      const { run, out } = setup();
      expect(await run(...args, '--help'), args.join(' ')).toBe(0);
      expect(out.join('\n')).toContain('Examples:');
    }
  });

  it.each([
    [['nope']],
    [['start', '--port', 'x']],
    [['start', '--roles', 'ingest,cook']],
    [['findings']],
    [['findings', '--model', 'm', '--hours', '5', '--url', 'http://h:1']],
    [['findings', '--model', 'm', '--check', 'bogus', '--url', 'http://h:1']],
    [['windows', 'm', '--length', '5', '--url', 'http://h:1']],
    [['check-config']],
    [['baseline', 'create', '--model', 'm', '--url', 'http://h:1']],
    [['models', '--url', 'not an address']],
  ])('%j exits with 2', async args => {
    const { run, err } = setup();
    expect(await run(...args)).toBe(2);
    expect(err.join('')).not.toBe('');
  });

  it('names the choices of an option that has few', async () => {
    const { run, err } = setup();
    await run('windows', 'm', '--length', '5', ...url);
    expect(err.join('\n')).toContain('It must be one of 1, 6, 24, 168.');
    await run('findings', '--model', 'm', '--check', 'bogus', ...url);
    expect(err.join('\n')).toContain('It must be one of blind, drift, missing,');
  });

  it('says in words what is wrong with a path', async () => {
    const { run, err } = setup();
    const none = join(directory, 'nosuch');
    expect(await run('vectors', none)).toBe(2);
    expect(err.join()).toContain(
      `The directory ${none} cannot be read: there is no such file or directory. Give one that holds *.json files.`,
    );
    expect(err.join()).not.toContain('ENOENT');
  });

  it('tells its version', async () => {
    const { run, out } = setup();
    expect(await run('--version')).toBe(0);
    expect(out).toEqual(['0.1.0']);
  });
});

describe('check-config', () => {
  it('says what is right and what is wrong', async () => {
    const good = setup();
    expect(await good.run('check-config', file('good.yaml', 'listen: {port: 1}'))).toBe(0);
    expect(good.out[0]).toMatch(/is right/);
    const bad = setup();
    const path = file('bad.yaml', 'listen: {prot: 1}');
    expect(await bad.run('check-config', path)).toBe(1);
    expect(bad.out).toEqual([
      expect.stringContaining(`${path}:1:10: listen.prot is not a known key; did you mean "port"?`),
    ]);
    expect(bad.err[0]).toContain('LW_CONFIG_INVALID');
    const json = setup();
    expect(await json.run('check-config', path, '--json')).toBe(1);
    expect(JSON.parse(json.out[0]!).problems[0]).toMatchObject({ line: 1, column: 10, rule: 'unknown-key' });
    expect(await setup().run('check-config', join(directory, 'none.yaml'))).toBe(1);
  });
});

describe('check-config of several files', () => {
  it('shows what holds and where it comes from, secrets hidden', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const base = file('cc-base.yaml', 'listen: {port: 1}\nlog: {level: warn}');
    const site = file(
      'cc-site.yaml',
      `listen: {port: 2}\nretraining: {url: "https://t.org/x", secrets: [${secret}]}`,
    );
    const { run, out } = setup();
    expect(await run('check-config', base, site, '--show')).toBe(0);
    expect(out[0]).toMatch(new RegExp(`listen.port .* 2 .* ${site}:1 `));
    expect(out[0]).toMatch(new RegExp(`log.level .* warn .* ${base}:2 `));
    expect(out[0]).toMatch(/listen.host .* default /);
    expect(out.join('')).not.toContain(secret);
    expect(out[1]).toContain(`are right together. Next: leeway start --config ${base} --config ${site}`);
    const json = setup();
    expect(await json.run('check-config', base, site, '--show', '--json')).toBe(0);
    expect(JSON.parse(json.out[0]!).settings).toContainEqual({
      name: 'listen.port',
      value: '2',
      origin: `${site}:1`,
    });
    const bad = setup();
    const wrong = file('cc-wrong.yaml', '\nlisten: {port: none}');
    expect(await bad.run('check-config', base, wrong)).toBe(1);
    expect(bad.out).toEqual([`${wrong}:2:16: listen.port must be a whole number, not a text`]);
  });
});

describe('start', () => {
  it('starts with the file and the options, and stops at a signal', async () => {
    const { run, started, signals, err, app, waiting, exits } = setup();
    let stops = 0;
    app.stop = async () => void stops++;
    const running = run(
      'start',
      '--config',
      file('s.yaml', 'data: d1\nlisten: {port: 5}'),
      '--port',
      '7',
      '--roles',
      'act, ingest',
    );
    await waiting();
    expect(started[0]?.config).toMatchObject({ data: 'd1', listen: { host: '127.0.0.1', port: 7 } });
    expect(started[0]?.roles).toEqual(['ingest', 'act']);
    expect(err[0]).toContain('http://127.0.0.1:9');
    signals.emit('SIGTERM');
    expect(await running).toBe(0);
    expect([stops, exits.length, signals.listenerCount('SIGINT')]).toEqual([1, 0, 0]);
  });

  it('reads its files again at SIGHUP, with the options on top, and goes on', async () => {
    const { run, signals, app, waiting } = setup();
    const read: unknown[] = [];
    app.reload = reader => void read.push(reader());
    const [base, site] = [file('hup.yaml', 'log: {level: info}'), file('hup-site.yaml', 'data: d2')];
    const running = run('start', '--config', base, '--config', site, '--port', '7');
    await waiting();
    file('hup.yaml', 'log: {level: warn}');
    signals.emit('SIGHUP');
    signals.emit('SIGHUP');
    expect(read).toHaveLength(2);
    expect(read[0]).toMatchObject({ log: { level: 'warn' }, data: 'd2', listen: { port: 7 } });
    signals.emit('SIGTERM');
    expect(await running).toBe(0);
    expect(signals.listenerCount('SIGHUP')).toBe(0);
  });

  it('takes every role unless told', async () => {
    const { run, started, signals, waiting } = setup();
    const running = run('start');
    await waiting();
    signals.emit('SIGINT');
    await running;
    expect(started[0]?.roles).toEqual(['ingest', 'profile', 'detect', 'act']);
  });

  it('ends at once at the second signal', async () => {
    const { run, signals, app, waiting, exits, clock } = setup();
    app.stop = () => new Promise(() => {});
    const running = run('start');
    await waiting();
    signals.emit('SIGINT');
    signals.emit('SIGINT');
    expect(exits).toEqual([130]);
    while ((clock.advance(10_000), exits.length < 2)) await new Promise(resolve => setImmediate(resolve));
    await running;
    expect(exits).toEqual([130, 1]);
  });

  it('gives a stop 10 seconds', async () => {
    const { run, signals, app, waiting, exits, clock, err } = setup();
    app.stop = () => new Promise(() => {});
    const running = run('start');
    await waiting();
    signals.emit('SIGTERM');
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
    clock.advance(9_999);
    for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve));
    expect(exits).toEqual([]);
    clock.advance(1);
    await running;
    expect(exits).toEqual([1]);
    expect(err.join('\n')).toContain('in time');
  });

  it('stops and fails when the service fails', async () => {
    const { run, app, err } = setup();
    let stops = 0;
    app.stop = async () => void stops++;
    app.failed = Promise.reject(new LeewayError('LW_SOURCE_CRASHED', 'Source kafka crashed.'));
    expect(await run('start')).toBe(1);
    expect(stops).toBe(1);
    expect(err.join('\n')).toContain('LW_SOURCE_CRASHED: Source kafka crashed.');
  });
});

describe('talking to the service', () => {
  it('finds the address in the data directory', async () => {
    const { run, requests } = setup({ body: { models: [] } });
    file('leeway.json', JSON.stringify({ url: 'http://127.0.0.1:4711', pid: 1 }));
    expect(await run('models', '--data', directory)).toBe(0);
    expect(requests[0]?.url).toBe('http://127.0.0.1:4711/v1/models');
  });

  it('says when nothing runs', async () => {
    const none = setup();
    expect(await none.run('models', '--data', join(directory, 'nowhere'))).toBe(1);
    expect(none.err[0]).toContain('LW_SERVICE_UNREACHABLE');
    const { run, err, context } = setup();
    context.fetch = async () => Promise.reject(new TypeError('fetch failed'));
    expect(await run('models', ...url)).toBe(1);
    expect(err[0]).toContain('Nothing answers at http://h:1');
  });

  it('passes on what the service says', async () => {
    const { run, err } = setup({
      status: 404,
      body: { code: 'LW_NOT_FOUND', message: 'There is no model "m".' },
    });
    expect(await run('findings', '--model', 'm', ...url)).toBe(1);
    expect(err[0]).toMatch(/^LW_NOT_FOUND: There is no model "m"\.\n/);
    const other = setup({ status: 502, body: 'a proxy' });
    expect(await other.run('models', ...url)).toBe(1);
    expect(other.err[0]).toContain('no Leeway of this version');
  });

  it('prints a table, or JSON', async () => {
    const model = {
      model: 'churn',
      environment: 'prod',
      rows: 12345,
      lastSeen: 0,
      baseline: null,
      learning: 'learning',
      verdict: 'learning',
      firing: false,
      worst: null,
      armed: true,
    };
    const people = setup({ body: { models: [model] } });
    await people.run('models', ...url);
    expect(people.out[0]).toMatch(/churn.*prod.*12,345/);
    expect(people.out[0]).toMatch(/\nchurn \(prod\): learning$/);
    const waiting = setup({ body: { models: [{ ...model, learning: null, baseline: 2 }] } });
    await waiting.run('models', ...url);
    expect(waiting.out[0]).toMatch(/\nchurn \(prod\): Judged by baseline 2 from its first whole hour on/);
    const script = setup({ body: { models: [model] } });
    await script.run('models', '--json', ...url);
    expect(JSON.parse(script.out[0]!)).toEqual({ models: [model] });
    const empty = setup({ body: { models: [] } });
    await empty.run('models', ...url);
    expect(empty.out[0]).toContain('No model yet');
  });

  it('wraps a table on a terminal that is too narrow, and only there', async () => {
    const detail = 'the text is not JSON and cannot be read by anybody who looks at it for long';
    const rejects = [{ source: 'http', position: 'p/0', at: 1, reason: 'not-json', detail }];
    const body = { rejects, counts: { 'not-json': 1 } };
    const widest = (out: string[]) =>
      Math.max(
        ...out
          .join('\n')
          .split('\n')
          .map(line => line.length),
      );
    const narrow = setup({ body });
    Object.assign(narrow.context.terminal, { columns: 80 });
    await narrow.run('rejects', ...url);
    expect(widest(narrow.out)).toBeLessThanOrEqual(80);
    const words = narrow.out.join(' ').replaceAll(/[│\s]+/g, ' ');
    for (const word of detail.split(' ')) expect(words).toContain(word);
    const piped = setup({ body });
    await piped.run('rejects', ...url);
    expect(piped.out[0]).toContain(detail);
  });

  it('says why there is no finding, or no such model', async () => {
    const models = [{ model: 'churn', environment: 'prod', learning: 'Learning: 8 rows so far.' }];
    const early = setup({ body: { findings: [], models } });
    await early.run('findings', '--model', 'churn', ...url);
    expect(early.out[0]).toMatch(/^No finding yet: .*\nLearning: 8 rows so far\.$/);
    const filtered = setup({ body: { findings: [], models } });
    await filtered.run('findings', '--model', 'churn', '--check', 'drift', ...url);
    expect(filtered.out[0]).toMatch(/^No finding fits/);
    const unknown = setup({ body: { findings: [], models } });
    expect(await unknown.run('findings', '--model', 'fraud', ...url)).toBe(1);
    expect(unknown.err[0]).toContain('There is no model "fraud"');
  });

  it('wants an address with its scheme, and names the help of the command', async () => {
    const { run, err } = setup();
    expect(await run('models', '--url', 'localhost:8080')).toBe(2);
    expect(err[0]).toMatch(/write it as http:\/\/.*\n`leeway models --help` shows how\./);
    const other = setup();
    expect(await other.run('baseline', 'create', '--model', 'm', ...url)).toBe(2);
    expect(other.err[0]).toContain('`leeway baseline create --help`');
  });

  it('prints nothing that drives the terminal', async () => {
    const reject = {
      source: 'http',
      position: 'p',
      at: 1,
      reason: 'bad-time',
      detail: '\u001b[2Jgone\u009b31m\r',
    };
    const { run, out } = setup({ body: { rejects: [reject], counts: { 'bad-time': 1 } } });
    await run('rejects', ...url);
    expect(out[0]!.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('asks for findings of a model, whatever its name', async () => {
    const { run, requests } = setup({ body: { findings: [], models: [{ model: 'a/b?c', learning: null }] } });
    await run('findings', '--model', 'a/b?c', '--subject', 'feature:x y', '--hours', '24', ...url);
    const asked = new URL(requests[0]!.url);
    expect(asked.pathname).toBe('/v1/models/a%2Fb%3Fc/findings');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      subject: 'feature:x y',
      windowSeconds: '86400',
      limit: '50',
    });
  });

  it('says which columns of an uploaded file are text', async () => {
    const { run, requests } = setup({ status: 201, body: { baseline: 3, rows: 2, active: true } });
    const csv = file('codes.csv', 'code\n0123\n');
    expect(await run('baseline', 'create', '--model', 'm', '--file', csv, '--text', 'code,zip', ...url)).toBe(
      0,
    );
    expect(new URL(requests[0]!.url).searchParams.get('text')).toBe('code,zip');
    const period = ['--from', '2026-01-01', '--to', '2026-01-08', '--text', 'code'];
    expect(await run('baseline', 'create', '--model', 'm', ...period, ...url)).toBe(2);
  });

  it('exports no directory without a store, and makes nothing', async () => {
    const { run, err } = setup();
    const [data, to] = [join(directory, 'mistyped'), join(directory, 'not', 'made')];
    expect(await run('export', '--data', data, '--to', to)).toBe(2);
    expect(err[0]).toContain(`There is no store in ${data}`);
    expect([data, join(directory, 'not')].filter(path => existsSync(path))).toEqual([]);
  });

  it('uploads a file as a baseline', async () => {
    const { run, requests, out } = setup({ status: 201, body: { baseline: 3, rows: 2, active: true } });
    expect(
      await run('baseline', 'create', '--model', 'churn', '--file', file('train.csv', 'age\n1\n2\n'), ...url),
    ).toBe(0);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      body: 'age\n1\n2\n',
      headers: { 'content-type': 'text/csv' },
    });
    expect(requests[0]!.url).toContain('/v1/models/churn/baselines?activate=true');
    expect(out[0]).toBe('Baseline 3 of churn is made from 2 rows and is active.');
    const zipped = setup({ body: {} });
    await zipped.run(
      'baseline',
      'create',
      '--model',
      'm',
      '--file',
      file('t.ndjson.gz', 'x'),
      '--no-activate',
      ...url,
    );
    expect(zipped.requests[0]?.headers).toEqual({
      'content-type': 'application/x-ndjson',
      'content-encoding': 'gzip',
    });
    expect(zipped.requests[0]?.url).toContain('activate=false');
    const strange = setup();
    expect(
      await strange.run('baseline', 'create', '--model', 'm', '--file', file('t.xlsx', 'x'), ...url),
    ).toBe(1);
    expect(strange.err[0]).toContain('LW_FILE_INVALID');
  });

  it('cuts, lists and activates baselines', async () => {
    const models = [{ model: 'm', environment: 'prod', learning: 'Learning: 3 rows so far.' }];
    const { run, requests, out } = setup({ body: { baseline: 4, rows: 9, baselines: [], from: 0, models } });
    await run('baseline', 'create', '--model', 'm', '--from', '2026-01-01', '--to', '2026-01-08', ...url);
    expect(JSON.parse(requests[0]!.body)).toEqual({ from: '2026-01-01', to: '2026-01-08' });
    await run('baseline', 'list', '--model', 'm', ...url);
    expect(out[1]).toBe('m has no baseline yet.\nLearning: 3 rows so far.');
    await run('baseline', 'activate', '--model', 'm', '--baseline', '4', '--only-version', '2', ...url);
    expect(JSON.parse(requests[3]!.body)).toEqual({ baseline: 4, version: '2', by: 'cli' });
  });

  it('arms and disarms', async () => {
    const { run, requests, err } = setup({
      body: {
        models: [{ model: 'churn', environment: 'prod', learning: null }],
        receivers: { retrain: 'retraining', rebuild: 'retraining' },
      },
    });
    await run('retrain', 'arm', 'churn', '--by', 'me', ...url);
    await run('retrain', 'disarm', 'churn', '--by', 'me', ...url);
    expect(await run('retrain', 'disarm', 'chrun', ...url)).toBe(1);
    expect(err[0]).toContain('LW_NOT_FOUND: There is no model "chrun" at http://h:1. Did you mean "churn"?');
    expect(requests.filter(r => r.method === 'POST').map(r => [r.url, JSON.parse(r.body)])).toEqual([
      ['http://h:1/v1/models/churn/arm', { armed: true, by: 'me' }],
      ['http://h:1/v1/models/churn/arm', { armed: false, by: 'me' }],
    ]);
  });

  it('shows the status, once where nobody looks', async () => {
    const body = {
      version: '0.1.0',
      now: 1_700_000_000_000,
      ready: false,
      reasons: ['the store is away'],
      storeUp: false,
      rowsPerSecond: 12.345,
      models: [
        {
          model: 'calm',
          environment: 'prod',
          verdict: 'stable',
          firing: false,
          learning: null,
          lastSeen: 1,
          lastWindow: null,
        },
        {
          model: 'churn',
          environment: 'prod',
          verdict: 'drift',
          firing: true,
          learning: 'Learning: 8 rows so far.',
          lastSeen: 1,
          lastWindow: { end: 1_700_000_000_000, seconds: 3600, drifted: 2 },
        },
      ],
      sources: [{ source: 'kafka', state: 'running', partitions: 3, lag: 5, readUpTo: 1 }],
      failing: [{ job: 'learn', model: 'churn', started: 1, detail: 'no memory' }],
    };
    for (const args of [[], ['--watch']]) {
      const { run, out } = setup({ body });
      expect(await run('status', ...args, ...url)).toBe(0);
      expect(out).toHaveLength(1);
      expect(out[0]).toMatch(/^http:\/\/h:1 is not ready: the store is away\n/);
      expect(out[0]).toContain('store away | 12.3 rows/s | alerts firing: 1 | jobs failing: 1');
      expect(out[0]).toMatch(/churn .* drift .* firing .* 2023-11-14 22:13:20 \(1 h\) .* 2 /);
      expect(out[0]!.indexOf('churn')).toBeLessThan(out[0]!.indexOf('calm'));
      expect(out[0]).toContain('churn (prod): Learning: 8 rows so far.');
      expect(out[0]).toMatch(/kafka .* running .* 3 .* 5 /);
      expect(out[0]).toContain('job learn of churn failed');
    }
  });

  it('draws the status again every two seconds on a terminal, until Ctrl-C', async () => {
    const body = { version: '1', now: 0, ready: true, reasons: [], storeUp: null, rowsPerSecond: 0 };
    const answer = { ...body, models: [], sources: [], failing: [] };
    const { run, out, clock, signals, context, requests } = setup({ body: answer });
    Object.assign(context.terminal, { columns: 100 });
    const running = run('status', '--watch', ...url);
    const drawn = async (times: number) => {
      while (requests.length < times || signals.listenerCount('SIGINT') === 0)
        await new Promise(resolve => setImmediate(resolve));
      for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve));
    };
    await drawn(1);
    clock.advance(1999);
    await drawn(1);
    expect(requests).toHaveLength(1);
    clock.advance(1);
    await drawn(2);
    signals.emit('SIGINT');
    expect(await running).toBe(0);
    expect(requests).toHaveLength(2);
    expect(out[1]!.startsWith('\u001b[Hhttp://h:1 is ready')).toBe(true);
    expect(signals.listenerCount('SIGINT')).toBe(0);
  });
});
