import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** `leeway ingest` killed in the middle of a file, and typed again. */
const rows = 20_000;
const directory = mkdtempSync(join(tmpdir(), 'leeway-files-'));
const file = join(directory, 'rows.csv');
const began = systemClock.now() - 86_400_000;
const children = new Set<ChildProcess>();
let app: App;

const start = async (name: string) =>
  startApp(loadConfig(null, { data: join(directory, name), listen: { host: '127.0.0.1', port: 0 } }, {}), {
    logs: 'silent',
    scheduled: false,
  });

beforeAll(() => {
  const lines = Array.from(
    { length: rows },
    (_, i) => `${new Date(began + i * 1000).toISOString()},${i},${i % 7}`,
  );
  writeFileSync(file, `time,number,score\n${lines.join('\n')}\n`);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await app?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function ingest(...more: string[]) {
  const script = join(import.meta.dirname, '../../src/cli/main.ts');
  const args = ['--import', 'tsx', script, 'ingest', '--model', 'churn', '--json', ...more, file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', chunk => {
    out += String(chunk);
  });
  child.stderr.on('data', chunk => {
    err += String(chunk);
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err }));
  return { child, ended };
}

const stored = async () => {
  const [row] = await app.storage.database.rows<Record<string, string>>(
    `SELECT count() AS n, uniqExact(position) AS places, sum(num['number']) AS total FROM leeway.inferences FINAL`,
  );
  return { n: Number(row!['n']), places: Number(row!['places']), total: Number(row!['total']) };
};
const whole = { n: rows, places: rows, total: (rows * (rows - 1)) / 2 };

describe('leeway ingest, killed half-way', () => {
  it('goes on with the running service where it ended: every row once', async () => {
    app = await start('service');
    const first = ingest('--url', app.url);
    await expect.poll(async () => (await stored()).n, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    const before = (await stored()).n;
    expect(before).toBeLessThan(rows);
    const second = await ingest('--url', app.url).ended;
    expect(second).toMatchObject({ code: 0, err: expect.stringContaining('going on at row') });
    const answer = JSON.parse(second.out) as { stored: number; skipped: number; known: number };
    expect(answer.skipped).toBeGreaterThan(0);
    expect(answer.stored + answer.known + answer.skipped).toBe(rows);
    expect(await stored()).toEqual(whole);
    const third = await ingest('--url', app.url).ended;
    expect(JSON.parse(third.out)).toMatchObject({ read: 0, stored: 0, skipped: rows });
    await app.stop();
  }, 120_000);

  it('goes on with a store that it opens itself: every row once', async () => {
    const data = join(directory, 'embedded');
    const first = ingest('--data', data);
    const parts = join(data, 'chdb', 'store');
    // Directories of parts appear as rows are written; the engine can be asked only by its own process.
    const written = () =>
      existsSync(parts) &&
      readdirSync(parts, { recursive: true }).filter(name => /\/\d{8}_\d+_\d+_\d+$/.test(String(name)))
        .length;
    await expect.poll(written, { timeout: 60_000, interval: 20 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');
    expect(await ingest('--data', data).ended).toMatchObject({ code: 0 });
    app = await start('embedded');
    expect(await stored()).toEqual(whole);
    const unmarked = await app.storage.database.rows(
      'SELECT bucket FROM leeway.inferences WHERE bucket NOT IN (SELECT bucket FROM leeway.touched)',
    );
    expect(unmarked).toEqual([]);
  }, 120_000);
});
