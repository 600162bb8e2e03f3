import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-operate-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const url = ['--url', 'http://h:1'];

/** A command line against answers by path; a path without one is not found. */
function setup(answers: Readonly<Record<string, unknown>> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const requests: { readonly path: string; readonly body: unknown }[] = [];
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: {},
    },
    clock: createManualClock(1_700_000_000_000),
    version: '0.1.0',
    fetch: async (address: string, init: RequestInit = {}) => {
      const { pathname, search } = new URL(address);
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
      requests.push({ path: decodeURIComponent(pathname) + search, body });
      const answer = answers[decodeURIComponent(pathname)];
      const found = typeof answer === 'function' ? (answer as (body: unknown) => unknown)(body) : answer;
      if (found === undefined)
        return new Response(JSON.stringify({ code: 'LW_NOT_FOUND', message: `no ${pathname}` }), {
          status: 404,
        });
      return new Response(JSON.stringify(found));
    },
  } as unknown as CliContext;
  return { run: (...args: string[]) => runCommand(args, context), out, err, requests };
}

describe('doctor', () => {
  const line = { area: 'store', check: 'reachable', level: 'ok', text: 'yes', advice: '' };
  const answer = {
    version: '0.1.0',
    now: 1_700_000_000_000,
    lines: [line],
    settings: [{ name: 'data', value: 'x' }],
  };

  it('shows what the service says, and 0 when nothing fails', async () => {
    const { run, out, requests } = setup({ '/v1/doctor': answer });
    expect(await run('doctor', '--settings', ...url)).toBe(0);
    expect(out[0]).toMatch(/ok {4}service: http:\/\/h:1 answered/);
    expect(out[0]).toMatch(/store\n {2}ok {4}reachable: yes/);
    expect(out[0]).toMatch(/settings beside the defaults\n {2}data: x\n/);
    expect(out[0]).toMatch(/2 ok, 0 to look at, 0 failed\. Next: leeway status --watch$/);
    await run('doctor', '--deep', ...url);
    expect(requests.map(({ path }) => path)).toEqual(['/v1/doctor', '/v1/doctor?deep=true']);
  });

  it('fails with what fails, and says what to do', async () => {
    const bad = { ...line, check: 'clock', level: 'fail', text: 'is off', advice: 'Run an NTP client.' };
    const other = { version: '0.2.0', now: 1_700_000_100_000, lines: [line, bad] };
    const { run, out } = setup({ '/v1/doctor': { ...answer, ...other } });
    expect(await run('doctor', ...url)).toBe(1);
    expect(out[0]).toMatch(/FAIL {2}clock: is off\n +Run an NTP client\./);
    expect(out[0]).toMatch(/WARN {2}version: the service is Leeway 0\.2\.0, this command 0\.1\.0/);
    expect(out[0]).toMatch(/WARN {2}clock: the service's clock differs by 100 s/);
    const json = setup({ '/v1/doctor': { ...answer, ...other } });
    expect(await json.run('doctor', '--json', ...url)).toBe(1);
    expect(JSON.parse(json.out[0]!)).toMatchObject({ ok: false, service: 'http://h:1' });
  });

  it('checks the machine when nothing runs, but not instead of an address that was asked for', async () => {
    const { run, out } = setup();
    expect(await run('doctor', '--data', join(directory, 'none'))).toBe(0);
    expect(out[0]).toMatch(/^No service runs here: .* Nothing was locked or joined\./);
    expect(out[0]).toMatch(/Next: leeway start$/);
    const asked = setup();
    expect(await asked.run('doctor', ...url)).toBe(1);
    expect(asked.err[0]).toContain('LW_NOT_FOUND');
    const wrong = join(directory, 'wrong.yaml');
    writeFileSync(wrong, 'log: {level: loud}');
    const config = setup();
    expect(await config.run('doctor', '--config', wrong, '--data', join(directory, 'none'))).toBe(1);
    expect(config.out[0]).toContain(`${wrong}:1:14: log.level must be`);
  });

  it.each([[false], [true]])(
    'fails when what the lock file names runs and cannot be reached (--config: %j)',
    async named => {
      const data = join(directory, `hidden-${named}`);
      mkdirSync(data);
      const lock = { url: 'http://127.0.0.1:18443', pid: process.pid, key: 'lw_k' };
      writeFileSync(join(data, 'leeway.json'), JSON.stringify(lock));
      const path = join(directory, 'hidden.yaml');
      writeFileSync(path, `data: ${data}`);
      const cause = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
      const { run, out } = setup({
        '/v1/doctor': () => {
          throw new TypeError('fetch failed', { cause });
        },
      });
      expect(await run('doctor', ...(named ? ['--config', path] : ['--data', data]))).toBe(1);
      expect(out[0]).toMatch(/^A service runs here and does not answer/);
      expect(out[0]).toContain(
        `FAIL  service: runs as process ${process.pid} but cannot be reached: http://127.0.0.1:18443 cannot be reached: the connection was refused`,
      );
      expect(out[0]).not.toContain('8080');
    },
  );

  it('takes the data directory of the configuration', async () => {
    mkdirSync(join(directory, 'kept'));
    const path = join(directory, 'kept.yaml');
    writeFileSync(path, `data: ${join(directory, 'kept')}`);
    const { run, out } = setup();
    expect(await run('doctor', '--config', path)).toBe(0);
    expect(out[0]).toContain(`writable: ${join(directory, 'kept')}\n`);
  });
});

describe('windows, jobs, progress', () => {
  it('lists windows with what was found in them', async () => {
    const window = { environment: 'prod', start: 0, end: 3_600_000, rows: 12_345, baseline: 0 };
    const windows = [{ ...window, verdicts: { stable: 4, drift: 1 } }];
    const { run, out, requests } = setup({ '/v1/models/a/b/windows': { windows } });
    expect(await run('windows', 'a/b', '--length', '1', '--blind', ...url)).toBe(0);
    expect(requests[0]?.path).toBe('/v1/models/a/b/windows?windowSeconds=3600&blind=true&limit=30');
    expect(out[0]).toMatch(/1970-01-01 01:00:00 .* 1 h .* prod .* 12,345 .* - .* 1 drift, 4 stable/);
  });

  it('says why there is no window, and that a name is unknown', async () => {
    const models = [{ model: 'churn', environment: 'prod', learning: null }];
    const answers = { '/v1/models/churn/windows': { windows: [] }, '/v1/models/x/windows': { windows: [] } };
    const none = setup({ ...answers, '/v1/models': { models } });
    expect(await none.run('windows', 'churn', ...url)).toBe(0);
    expect(none.out[0]).toMatch(/^No window yet/);
    await none.run('windows', 'churn', '--blind', ...url);
    expect(none.out[1]).toMatch(/^No window was blind/);
    expect(await none.run('windows', 'x', ...url)).toBe(1);
  });

  it('lists jobs, and those that fail alone', async () => {
    const job = { job: 'learn', model: 'churn', started: 1000, finished: 3500, outcome: 'done', detail: '' };
    const jobs = [job, { ...job, model: 'fraud', outcome: 'failed', detail: 'no memory' }];
    const { run, out } = setup({ '/v1/jobs': { jobs } });
    await run('jobs', ...url);
    expect(out[0]).toMatch(/learn .* churn .* 2.5 .* done/);
    await run('jobs', '--failed', '--json', ...url);
    expect(JSON.parse(out[1]!)).toEqual({ jobs: [jobs[1]] });
    const well = setup({ '/v1/jobs': { jobs: [job] } });
    await well.run('jobs', '--failed', ...url);
    expect(well.out).toEqual(['No job fails.']);
  });

  it('lists progress, of one source when asked to', async () => {
    const part = { source: 'kafka', partition: 'c/t/0', position: '9', watermark: 1000, lag: 5, at: 2000 };
    const progress = [part, { ...part, source: 'other' }];
    const { run, out } = setup({ '/v1/progress': { progress } });
    await run('progress', '--source', 'kafka', ...url);
    expect(out[0]).toMatch(/kafka .* c\/t\/0 .* 1970-01-01 00:00:01 .* 5 /);
    expect(out[0]).not.toContain('other');
    await run('progress', '--source', 'none', ...url);
    expect(out[1]).toContain('leeway progress lists all');
  });
});

describe('baseline', () => {
  it('shows one with its subjects', async () => {
    const subject = { subject: 'feature:age', kind: 'numeric', aside: '', rows: 5, missing: 0.125, bins: 3 };
    const answer = {
      baseline: 2,
      active: true,
      origin: 'range',
      rows: 5,
      from: 1,
      to: 3_600_000,
      created: 1,
      note: 'spring',
      subjects: [
        { ...subject, low: 1, high: 9, mean: 3.14159, categories: [] },
        {
          ...subject,
          subject: 'feature:plan',
          kind: 'categorical',
          aside: 'id-like',
          categories: ['a', 'b'],
        },
      ],
    };
    const { run, out } = setup({ '/v1/models/churn/baselines/2': answer });
    expect(await run('baselines', 'show', '2', '--model', 'churn', ...url)).toBe(0);
    expect(out[0]).toMatch(/^Baseline 2 of churn \(range, active\): 5 rows, .*\nspring\n/);
    expect(out[0]).toMatch(/feature:age .* numeric .* yes .* 3 .* 12.5 % .* 1 to 9, mean 3.142/);
    expect(out[0]).toMatch(/feature:plan .* id-like .* a, b/);
    expect(await run('baseline', 'show', 'two', '--model', 'churn', ...url)).toBe(2);
  });

  it('compares two', async () => {
    const numbers = {
      effect: 0.25,
      effectLow: 0.2,
      effectHigh: 0.3,
      p: 1e-9,
      missing: 0.5,
      missingBefore: 0,
    };
    const nothing = {
      effect: null,
      effectLow: null,
      effectHigh: null,
      p: null,
      missing: null,
      missingBefore: null,
    };
    const subjects = [
      { subject: 'feature:age', state: 'differs', ...numbers },
      { subject: 'feature:new', state: 'added', ...nothing },
    ];
    const { run, out } = setup({ '/v1/models/churn/baselines/2/against/1': { subjects } });
    expect(await run('baseline', 'compare', '1', '2', '--model', 'churn', ...url)).toBe(0);
    expect(out[0]).toMatch(/feature:age .* differs .* 25 % .* 20 % to 30 % .* 1.0e-9 .* 0 % to 50 %/);
    expect(out[0]).toContain('1 of 2 subjects differ');
    expect(out[0]).toMatch(/Next: leeway baseline activate --model churn --baseline 2$/);
  });

  it('rolls back after saying what will happen, and only says it in a dry run', async () => {
    const path = '/v1/models/churn/rollback';
    const answer = (body: unknown) => ({
      from: 3,
      to: 2,
      at: 1000,
      done: !(body as { dryRun: boolean }).dryRun,
    });
    const dry = setup({ [path]: answer });
    expect(await dry.run('baseline', 'rollback', '--model', 'churn', '--dry-run', '--by', 'me', ...url)).toBe(
      0,
    );
    expect(dry.requests.map(({ body }) => body)).toEqual([{ by: 'me', dryRun: true }]);
    expect(dry.out).toEqual([expect.stringMatching(/judged by baseline 3; going back means baseline 2/)]);
    const real = setup({ [path]: answer });
    expect(await real.run('baseline', 'rollback', '--model', 'churn', '--by', 'me', ...url)).toBe(0);
    expect(real.requests.map(({ body }) => body)).toEqual([
      { by: 'me', dryRun: true },
      { by: 'me', dryRun: false },
    ]);
    expect(real.out[0]).toContain('going back means baseline 2');
    expect(real.out[1]).toMatch(
      /judged by baseline 2 from .* Undo: leeway baseline activate --model churn --baseline 3/,
    );
    const json = setup({ [path]: answer });
    await json.run('baseline', 'rollback', '--model', 'churn', '--json', ...url);
    expect(json.out.map(text => JSON.parse(text))).toEqual([{ from: 3, to: 2, at: 1000, done: true }]);
  });
});
