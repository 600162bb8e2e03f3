import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createArming } from '../../src/store/arming.ts';
import { createBaselineStore } from '../../src/store/baselines.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createStanding } from '../../src/store/standing.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-standing-'));
const db = 'standing_test';
let database: Database;
beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: db, cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

test('armed models are those whose last word is armed', async () => {
  const arming = createArming({ database, db });
  await arming.set('a', true, 'me', 1);
  await arming.set('b', true, 'me', 1);
  await arming.set('b', false, 'me', 2);
  expect(await createStanding({ database, db }).armed()).toEqual(['a']);
});

test('activations are those each model gives by itself', async () => {
  const store = createBaselineStore(database, db);
  const given = ['m', 'n'].flatMap(model =>
    [2, 1].map(baseline => ({ model, version: '', baseline, from: baseline * 1000, at: 5, by: 'me' })),
  );
  for (const activation of given) await store.activate(activation);
  const all = await createStanding({ database, db }).activations();
  expect(all).toEqual([...(await store.activations('m')), ...(await store.activations('n'))]);
  expect(all).toHaveLength(4);
});

test('a stream is firing while an alert of it is, by its last transition, whatever the policy', async () => {
  const transition = (model: string, policy: string, to: string, step: number) => ({
    id: `${model} ${policy} ${step}`,
    model,
    environment: 'prod',
    policy,
    episode: 1,
    from: 'ok',
    to,
    reason: 'opened',
    at: 1,
    window_start: 0,
    window_seconds: 3600,
    notify: 1,
    subjects: [],
    memory: JSON.stringify({ step }),
    body: '',
    written: 1,
  });
  await database.insertRows(`${db}.transitions`, [
    transition('fires', 'default', 'ok', 9),
    transition('fires', 'default', 'firing', 10),
    transition('over', 'default', 'firing', 1),
    transition('over', 'default', 'ok', 2),
    transition('over', 'strict', 'ok', 7),
    transition('other', 'strict', 'firing', 1),
    transition('other', 'default', 'ok', 5),
  ]);
  const standing = createStanding({ database, db });
  expect(await standing.firing()).toEqual([
    { model: 'fires', environment: 'prod' },
    { model: 'other', environment: 'prod' },
  ]);
});
