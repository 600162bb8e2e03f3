import { expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

function setup(answer: object) {
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
    clock: createManualClock(0),
    version: '0.1.0',
    fetch: async (address: string, init: RequestInit = {}) => {
      requests.push({ path: new URL(address).pathname, body: JSON.parse(init.body as string) });
      return new Response(JSON.stringify(answer));
    },
  } as unknown as CliContext;
  const run = (...args: string[]) =>
    runCommand(['retrain', 'promote', ...args, '--by', 'ops', '--url', 'http://h:1'], context);
  return { run, out, err, requests };
}

const promoted = {
  id: 'or_1',
  model: 'churn',
  state: 'promoted',
  reason: 'baseline 2 is active; confirmed by ops',
};

it('promotes once it is confirmed, and says what comes next', async () => {
  const { run, out, requests } = setup(promoted);
  expect(await run('or_1', '--confirm')).toBe(0);
  expect(requests).toEqual([
    { path: '/v1/orders/or_1/promote', body: { by: 'ops', confirm: true, newest_rows: false } },
  ]);
  expect(out[0]).toBe(
    'churn: baseline 2 is active; confirmed by ops.\nNext: leeway baselines list --model churn',
  );
  await run('or_1', '--confirm', '--newest-rows', '--json');
  expect(requests[1]).toMatchObject({ body: { newest_rows: true } });
  expect(JSON.parse(out[1]!)).toEqual(promoted);
});

it('does nothing without a word, and says what the word is', async () => {
  const { run, err, requests } = setup(promoted);
  expect(await run('or_1')).toBe(2);
  expect(requests).toEqual([]);
  expect(err.join('\n')).toContain('leeway retrain promote or_1 --confirm');
});

it('says why an order was not promoted', async () => {
  const { run, out } = setup({
    ...promoted,
    state: 'succeeded',
    reason: 'held-not-promotable: only 12 rows',
  });
  expect(await run('or_1', '--confirm')).toBe(0);
  expect(out[0]).toContain('churn was not promoted: held-not-promotable: only 12 rows.');
});
