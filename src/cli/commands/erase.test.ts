import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-erase-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A service that knows `churn` and removes one row and two labels an id. */
async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const posts: { path: string; ids: number; first: string }[] = [];
  const answer = (url: URL, body: string) => {
    if (url.pathname === '/v1/models')
      return { models: [{ model: 'churn', environment: 'prod', learning: null }] };
    const lines = body.split('\n');
    posts.push({ path: url.pathname + url.search, ids: lines.length, first: lines[0]! });
    const purged = url.searchParams.has('purge') ? 3 : null;
    return {
      model: 'churn',
      ids: lines.length,
      rows: lines.length,
      labels: 2 * lines.length,
      rejects: 0,
      purged,
    };
  };
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: { LEEWAY_URL: 'http://127.0.0.1:9' },
    },
    clock: createManualClock(0),
    fetch: (async (url: string, init: RequestInit = {}) =>
      new Response(
        JSON.stringify(answer(new URL(url), Buffer.from((init.body as Uint8Array) ?? []).toString())),
      )) as typeof fetch,
    exit: () => undefined,
    version: '0.1.0',
  };
  const code = await runCommand(['erase', ...args], context as unknown as CliContext);
  return { code, out: out.join('\n'), err: err.join('\n'), posts };
}

describe('leeway erase', () => {
  it('sends a file in parts, adds up what was removed, and purges once, at the end', async () => {
    const file = join(directory, 'ids.txt');
    writeFileSync(file, Array.from({ length: 2500 }, (_, i) => `id-${i}`).join('\n'));
    const { code, out, posts } = await run('churn', file, '--purge', '--json');
    expect(code).toBe(0);
    expect(posts).toEqual([
      { path: '/v1/models/churn/erasures', ids: 1000, first: '{"id":"id-0"}' },
      { path: '/v1/models/churn/erasures', ids: 1000, first: '{"id":"id-1000"}' },
      { path: '/v1/models/churn/erasures?purge=true', ids: 500, first: '{"id":"id-2000"}' },
    ]);
    expect(JSON.parse(out)).toEqual({
      model: 'churn',
      ids: 2500,
      rows: 2500,
      labels: 5000,
      rejects: 0,
      purged: 3,
    });
  });

  it('takes ids as they are typed, and ends with a table and the next command', async () => {
    const { out, posts } = await run('churn', '--id', '{odd', 'b');
    expect(posts).toEqual([{ path: '/v1/models/churn/erasures', ids: 2, first: '{"id":"{odd"}' }]);
    expect(out).toContain('ids kept out');
    expect(out).toContain('from 02:00 UTC');
    expect(out).toContain('Next: leeway findings');
  });

  it.each([
    [['churn'], 'LW_USAGE'],
    [['churn', 'f', '--id', 'a'], 'LW_USAGE'],
    [['churn', '/nowhere/ids.txt'], 'there is no such file'],
    [['chrun', '--id', 'a'], 'Did you mean "churn"?'],
  ])('%s sends nothing', async (args, message) => {
    const { code, err, posts } = await run(...args);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(posts).toEqual([]);
  });
});
