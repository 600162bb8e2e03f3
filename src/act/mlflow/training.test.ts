import { describe, expect, it } from 'vitest';
import type { Registry } from './ports.ts';
import { RegistryRefusal } from './registry.ts';
import { trainingFile } from './training.ts';

/** A registry of two models with a run for each version. */
function fake(over: Partial<Registry> = {}) {
  const asked: string[] = [];
  const registry: Registry = {
    runOf: async (name, version) => (asked.push(`${name} ${version}`), name === 'gone' ? null : 'r1'),
    versionOf: async () => null,
    files: async () => [{ path: 'leeway/baseline.csv', bytes: 4 }],
    fetch: async () => Buffer.from('rows'),
    close: async () => undefined,
    ...over,
  };
  return { registry, asked };
}
const rules = { models: {}, artifact: 'leeway/baseline.*' };
const wish = { model: 'churn', version: '4', mostBytes: 100 };

describe('the training data of a version', () => {
  it('is the agreed file of its run, under each registered name of the model', async () => {
    const { registry, asked } = fake();
    const file = { path: 'leeway/baseline.csv', format: 'csv', body: Buffer.from('rows') };
    expect(await trainingFile(registry, rules, wish)).toEqual(file);
    const models = { gone: 'churn', other: 'fraud', 'churn-classifier': 'churn' };
    expect(await trainingFile(registry, { ...rules, models }, wish)).toEqual(file);
    expect(asked).toEqual(['churn 4', 'gone 4', 'churn-classifier 4']);
    expect(await trainingFile(registry, { ...rules, models: { x: 'y' } }, wish)).toBeNull();
  });

  it('is none without the version, a run or the file, and nothing is asked of a version that is no number', async () => {
    for (const over of [{ runOf: async () => null }, { runOf: async () => '' }, { files: async () => [] }])
      expect(await trainingFile(fake(over).registry, rules, wish)).toBeNull();
    const { registry, asked } = fake();
    for (const version of ['2026-10-01', '', '0', '1/../2', 'v4'])
      expect(await trainingFile(registry, rules, { ...wish, version })).toBeNull();
    expect(asked).toEqual([]);
  });

  it('says so when the registry refuses or the file is too large; what is away stays away', async () => {
    const refusing = { runOf: () => Promise.reject(new RegistryRefusal(401, 'model-versions/get')) };
    for (const over of [
      refusing,
      { files: async () => [{ path: 'leeway/baseline.csv', bytes: 101 }] },
      { fetch: async () => null },
    ])
      await expect(trainingFile(fake(over).registry, rules, wish)).rejects.toMatchObject({
        code: 'LW_REGISTRY_BASELINE',
      });
    const away = { runOf: () => Promise.reject(new Error('away')) };
    await expect(trainingFile(fake(away).registry, rules, wish)).rejects.toThrow('away');
  });
});
