import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NoiseStore } from '../../src/detect/ports.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createNoiseStore } from '../../src/store/noise.ts';
import { createMemoryNoise } from '../twins/noise.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-noise-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const of = (model: string, baseline = 1) => ({ model, environment: 'prod', baseline });
const fit = (version: number, ...subjects: [string, string][]) => ({
  version,
  hours: version * 24,
  inherited: 0,
  subjects: new Map(subjects),
});

describe.each<[string, () => NoiseStore]>([
  ['in memory', createMemoryNoise],
  ['stored', () => createNoiseStore(database)],
])('fitted noise %s', (_, create) => {
  test('the newest fit up to a version is found, as it was written', async () => {
    const store = create();
    await store.write(of('a'), fit(7, ['feature:age', '{"x":1.5e-7}'], ["feature:o'clock", '{}']));
    await store.write(of('a'), { ...fit(9, ['feature:age', '{"x":2}']), inherited: 3 });
    expect(await store.read(of('a'), 6)).toBeNull();
    expect(await store.read(of('a'), 7)).toEqual(
      fit(7, ['feature:age', '{"x":1.5e-7}'], ["feature:o'clock", '{}']),
    );
    expect(await store.read(of('a'), 8)).toEqual(await store.read(of('a'), 7));
    expect(await store.read(of('a'), 100)).toMatchObject({ version: 9, inherited: 3, hours: 216 });
  });

  test('streams and baselines are kept apart; writing a fit twice changes nothing', async () => {
    const store = create();
    await store.write(of('b'), fit(7, ['s', '1']));
    await store.write(of('b'), fit(7, ['s', '1']));
    expect(await store.read(of('b', 2), 7)).toBeNull();
    expect(await store.read({ ...of('b'), environment: 'test' }, 7)).toBeNull();
    expect((await store.read(of('b'), 7))!.subjects).toEqual(new Map([['s', '1']]));
  });
});
