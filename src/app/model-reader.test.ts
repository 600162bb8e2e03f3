import { describe, expect, it } from 'vitest';
import { finding as sample } from '../../test/twins/telemetry.ts';
import type { Finding } from '../domain/finding.ts';
import { createModelReader } from './model-reader.ts';
import type { Storage } from './storage.ts';

const finding = (part: Partial<Finding>) => sample({ windowStart: 0, ...part });

/** The list of models over what the store would say. */
async function list(findings: readonly Finding[]) {
  const version = (environment: string, name: string) => ({
    model: 'churn',
    environment,
    version: name,
    rows: 10,
    firstBucket: 0,
    lastBucket: 300,
  });
  const storage = {
    db: 'leeway',
    database: { rows: async () => [{ model: 'churn', environment: 'prod', last: '301500' }] },
    models: { list: async () => [version('prod', '1'), version('prod', '2'), version('staging', '1')] },
    findings: { newest: async () => findings },
    standing: {
      activations: async () => [{ model: 'churn', version: '', baseline: 4, from: 0, at: 0, by: 'auto' }],
      firing: async () => [{ model: 'churn', environment: 'staging' }],
      armed: async () => ['churn'],
    },
  } as unknown as Storage;
  return createModelReader({ storage, learning: () => '', runNow: () => 400_000 }).list();
}

const verdictOf = async (...findings: Partial<Finding>[]) => (await list(findings.map(finding)))[0]?.verdict;

describe('the list of models', () => {
  it('has one entry a model and environment, each with its own findings and alert', async () => {
    const models = await list([finding({ verdict: 'drift', environment: 'staging' }), finding({})]);
    expect(models.map(m => [m.environment, m.versions, m.rows, m.verdict, m.firing, m.armed])).toEqual([
      ['prod', ['1', '2'], 20, 'stable', false, true],
      ['staging', ['1'], 10, 'drift', true, true],
    ]);
    expect(models.map(m => m.baseline)).toEqual([4, 4]);
    // The event time of the last row; where rows were removed meanwhile, of its bucket.
    expect(models.map(m => m.lastSeen)).toEqual([301_500, 300_000]);
  });

  it('does not call a model stable that is still learning, however well its rows are read', async () => {
    const read = [
      { check: 'blind', subject: '' },
      { check: 'volume', subject: '' },
    ];
    expect(await verdictOf(...read, { verdict: 'learning' })).toBe('learning');
    expect(await verdictOf(...read, { verdict: 'insufficient' })).toBe('insufficient');
    expect(await verdictOf(...read)).toBe('learning');
    expect(await verdictOf(...read, {})).toBe('stable');
    expect(await verdictOf({ check: 'blind', subject: '', verdict: 'blind' }, {})).toBe('blind');
  });

  it('names the worst finding by its effect over its tolerance', async () => {
    const [model] = await list([
      finding({ verdict: 'drift', effect: 0.3, subject: 'feature:a' }),
      finding({ verdict: 'drift', effect: 0.2, tolerance: 0.01, subject: 'feature:b' }),
      finding({ verdict: 'stable', effect: 0.9, subject: 'feature:c' }),
    ]);
    expect(model?.worst?.subject).toBe('feature:b');
  });
});
