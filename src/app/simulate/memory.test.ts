import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { judged } from '../../act/samples.ts';
import { systemClock } from '../../lib/clock.ts';
import { createTally } from '../../simulate/tally.ts';
import { createKey } from '../key-desk.ts';
import { foundIn } from './found.ts';
import { openMemoryTarget } from './memory-sender.ts';

const keep = mkdtempSync(join(tmpdir(), 'leeway-simulate-kept-'));
afterAll(() => rmSync(keep, { recursive: true, force: true }));

const hour = 3_600_000;
const from = Math.floor(systemClock.now() / hour) * hour - 24 * hour;

/** A run of some payloads, of which the first `bad` cannot be used, and of drift found in an hour of the run. */
async function run(bad: number, driftAt: number) {
  const memory = await openMemoryTarget({ keep, from });
  try {
    const tally = createTally();
    const payloads = Array.from({ length: 5 }, (_, n) => ({
      kind: 'inference' as const,
      id: `r-${bad}-${n}`,
      time: from + n,
      body: Buffer.from(
        n < bad ? '{' : JSON.stringify({ id: `r-${bad}-${n}`, model: 'm', time: from + n, prediction: 1 }),
      ),
    }));
    const answer = await memory.send(payloads, new AbortController().signal);
    tally.settle(payloads, answer as Extract<typeof answer, { kind: 'taken' | 'failed' }>, 1);
    const { findings } = judged(driftAt / 1000, 3600, [{ verdict: 'drift', subject: `feature:f${bad}` }]);
    await memory.app.storage.findings.write(findings);
    const found = await foundIn(memory, { model: 'churn', from, tally });
    return { tally, found: found.map(({ subject }) => subject) };
  } finally {
    await memory.close();
  }
}

it('a kept directory with keys tells what this run found and refused, and nothing of the runs before', async () => {
  const first = await run(4, from - 48 * hour);
  expect(first).toMatchObject({ found: [], tally: { all: { sent: 5, accepted: 1, rejected: 4 } } });
  createKey(
    keep,
    { name: 'me', roles: ['admin'], expires: null, requestsPerSecond: null, bodyBytes: null },
    systemClock.now(),
  );
  const second = await run(2, from);
  expect(second).toMatchObject({
    found: ['feature:f2'],
    tally: { all: { sent: 5, accepted: 3, rejected: 2 } },
  });
}, 60_000);
