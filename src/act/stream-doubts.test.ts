import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { finding } from './samples.ts';
import { streamDoubts } from './stream-doubts.ts';

const hour = 3600;
const end = 480_000 * hour;
const of = (over: Partial<Finding>) =>
  finding({ windowStart: end - hour, subject: '', segment: '', version: '', ...over });

const doubtsOf = (...findings: readonly Finding[]) => {
  const windows: readonly JudgedWindow[] = findings.map(each => ({
    model: 'churn',
    environment: 'prod',
    windowStart: each.windowStart,
    windowSeconds: each.windowSeconds,
    generation: 1n,
    findings: [each],
  }));
  const stream = { model: 'churn', environment: 'prod' };
  return streamDoubts({ findingsSince: async () => windows }, stream, { now: end * 1000 });
};

describe('streamDoubts', () => {
  it.each<[string, Partial<Finding>, readonly string[]]>([
    ['blind', { check: 'blind', verdict: 'blind' }, ['blind']],
    ['failed', { check: 'drift', subject: 'amount', verdict: 'failed' }, ['failed']],
    ['no-data', { check: 'volume', verdict: 'no-data', p: 1e-9, alpha: 1e-4 }, ['no-data']],
    ['schema', { check: 'schema', subject: 'amount', verdict: 'drift', effect: 1 }, ['schema amount']],
    ['volume', { check: 'volume', verdict: 'drift', effect: 0.9 }, ['volume']],
  ])('%s puts the data in doubt for whoever asks without an episode', async (_name, over, doubts) => {
    expect(await doubtsOf(of(over))).toEqual(doubts);
  });

  it('no rows where none were expected, or in a segment, say nothing', async () => {
    const quiet = { check: 'volume', verdict: 'no-data', p: 0.5, alpha: 1e-4 } as const;
    expect(await doubtsOf(of(quiet))).toEqual([]);
    expect(await doubtsOf(of({ ...quiet, p: 0, segment: 'country=de' }))).toEqual([]);
  });

  it('only the newest window of a length counts', async () => {
    const gone = of({ check: 'volume', verdict: 'no-data', p: 0, alpha: 1e-4, windowStart: end - 2 * hour });
    expect(await doubtsOf(gone, of({ check: 'volume', verdict: 'stable', effect: 0 }))).toEqual([]);
  });
});
