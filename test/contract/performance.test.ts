import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rocAuc } from '../../src/stats/metrics/roc-auc.ts';
import {
  measuresIn,
  noOutcomes,
  type OutcomeSums,
  outcomeEstimate,
} from '../../src/stats/performance/outcomes.ts';
import { normalDraw, seededRandom } from '../../src/stats/random.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createPerformanceStore, type PerformanceStore } from '../../src/store/performance.ts';
import { createMemoryPerformance, type MemoryPerformance } from '../twins/performance.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-performance-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const environment = 'prod';
const base = 1_790_000_000 - (1_790_000_000 % 86_400);
const hour = (i: number) => base + i * 3600;

function createStored(): MemoryPerformance {
  const store: PerformanceStore = createPerformanceStore({ database, db: 'leeway' });
  return {
    ...store,
    put: async (...all) => {
      for (const { sums, arrived, version = '', ...place } of all) {
        const row = { ...noOutcomes, ...sums, ...place, version, generation: 5n };
        const bins = Array.from({ length: 13 }, (_, i) => arrived?.[i] ?? 0);
        await database.insertRows('leeway.performance', [{ ...row, part: 0, arrived: bins }]);
        await database.insertRows('leeway.performance', [
          { ...place, version: '', part: 65_535, generation: 5n },
        ]);
        await database.insertRows('leeway.labels', [
          { model: place.model, id: 'x', label: 1, labelled: '', time: 0 },
        ]);
      }
    },
  };
}

const sums = (of: Partial<OutcomeSums>): OutcomeSums => ({ ...noOutcomes, ...of });

describe.each<[string, () => MemoryPerformance]>([
  ['in memory', createMemoryPerformance],
  ['stored', createStored],
])('sums of performance %s', (name, create) => {
  const model = `sums ${name}`;
  const of = { model, environment };

  test('add up over hours, by period, block and version', async () => {
    const store = create();
    expect(await store.labelled(model)).toBe(false);
    expect(await store.sums(of, [{ from: hour(0), to: hour(9) }])).toEqual([null]);
    const cells = { keys: [-3, 7], positives: [0, 2], negatives: [4, 1] };
    await store.put(
      {
        ...of,
        hour: hour(0),
        version: '1',
        sums: { rows: 10, labelled: 8, classed: 8, right: 6, ...cells },
        arrived: [5, 3],
      },
      {
        ...of,
        hour: hour(1),
        version: '1',
        sums: { rows: 4, labelled: 1, error: -1.5, error2: 2.25, absolute: 1.5 },
        arrived: [0, 1],
      },
      {
        ...of,
        hour: hour(1),
        version: '2',
        sums: { rows: 3, labelled: 3, keys: [-3, 9], positives: [1, 1], negatives: [0, 1] },
        arrived: [3],
      },
      { ...of, hour: hour(8), version: '2', sums: { rows: 1 } },
    );
    const both = sums({
      rows: 17,
      labelled: 12,
      classed: 8,
      right: 6,
      error: -1.5,
      error2: 2.25,
      absolute: 1.5,
      keys: [-3, 7, 9],
      positives: [1, 2, 1],
      negatives: [4, 1, 1],
    });
    expect(await store.labelled(model)).toBe(true);
    expect(
      await store.sums(of, [
        { from: hour(0), to: hour(2) },
        { from: hour(5), to: hour(6) },
        { from: hour(8), to: hour(9) },
      ]),
    ).toEqual([both, null, sums({ rows: 1 })]);
    expect(await store.blocks(of, { from: hour(0), to: hour(24) }, 21_600)).toEqual([
      { start: hour(0), sums: both },
      { start: hour(6), sums: sums({ rows: 1 }) },
    ]);
    const versions = await store.versions(of, { from: hour(1), to: hour(24) });
    expect(versions.map(v => [v.version, v.sums.rows])).toEqual([
      ['1', 4],
      ['2', 4],
    ]);
    expect(await store.arrivals(of, { from: hour(0), to: hour(2) })).toMatchObject([
      { hour: hour(0), rows: 10, labelled: 8, arrived: [5, 3, ...Array(11).fill(0)] },
      { hour: hour(1), rows: 7, labelled: 4, arrived: [3, 1, ...Array(11).fill(0)] },
    ]);
    expect((await store.counted(of, { from: hour(0), to: hour(8) })).size).toBe(2);
    expect(await store.sums({ model, environment: 'test' }, [{ from: 0, to: hour(9) }])).toEqual([null]);
  });
});

interface Row {
  readonly id: string;
  readonly at: number;
  readonly version?: string;
  readonly prediction?: number;
  readonly predicted?: string;
  readonly scores?: Readonly<Record<string, number>>;
  readonly truth?: number | string;
  /** When the label came, hours after the row's hour began. */
  readonly came?: number;
}

async function insert(model: string, rows: readonly Row[]) {
  await database.insertRows(
    'leeway.inferences',
    rows.map(r => ({
      model,
      environment,
      id: r.id,
      bucket: r.at - (r.at % 300),
      time: r.at * 1000,
      version: r.version ?? '1',
      prediction: r.prediction ?? Number.NaN,
      predicted: r.predicted ?? '',
      received: r.at * 1000,
      scores: r.scores ?? {},
    })),
  );
  const labels = rows.filter(r => r.truth !== undefined);
  if (labels.length === 0) return;
  await database.insertRows(
    'leeway.labels',
    labels.map(r => ({
      model,
      id: r.id,
      label: typeof r.truth === 'number' ? r.truth : Number.NaN,
      labelled: typeof r.truth === 'string' ? r.truth : '',
      time: r.at * 1000,
      received: (r.at - (r.at % 3600)) * 1000 + (r.came ?? 1) * 3_600_000,
    })),
  );
}

/** Counts hours 0 and 1 and adds them up. */
async function outcomes(model: string, options: { rowsAtOnce?: number; generation?: bigint } = {}) {
  const store = createPerformanceStore({ database, db: 'leeway', ...options });
  const { generation = 1n } = options;
  await store.count(
    { model, environment },
    [0, 1].map(i => ({ hour: hour(i), generation, rows: 200 })),
  );
  const [found] = await store.sums({ model, environment }, [{ from: hour(0), to: hour(2) }]);
  return { found: found!, store };
}

describe('counted from raw rows', () => {
  test('classes with probabilities: accuracy, and the area of the scores themselves', async () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 400 }, (_, i): Row & { yes: number } => {
      const truth = random() < 0.4 ? 'yes' : 'no';
      const yes = 1 / (1 + Math.exp(-(normalDraw(random) + (truth === 'yes' ? 1 : 0))));
      const predicted = yes >= 0.5 ? 'yes' : 'no';
      return { id: `r${i}`, at: hour(i % 2) + i, yes, predicted, scores: { yes, no: 1 - yes }, truth };
    });
    await insert('binary', rows);
    // Copies change nothing, and a label of something else is nobody's.
    await insert('binary', rows.slice(0, 50));
    const whole = (await outcomes('binary')).found;
    expect(whole).toMatchObject({ rows: 400, labelled: 400, classed: 400, pairs: 0, scored: 400, soft: 400 });
    expect(whole.right).toBe(rows.filter(r => r.predicted === r.truth).length);
    expect(measuresIn(whole)).toEqual(['accuracy', 'roc_auc']);
    const area = rocAuc(
      rows.map(r => Number(r.truth === 'yes')),
      rows.map(r => r.yes),
    )!;
    expect(outcomeEstimate('roc_auc', whole, 0.9)!.value).toBeCloseTo(area, 3);
    // In parts of a few rows, the sums are the same.
    expect((await outcomes('binary', { rowsAtOnce: 30, generation: 2n })).found).toEqual(whole);
  });

  test('a probability as the prediction, whatever its size', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i): Row => ({
        id: `p${i}`,
        at: hour(0) + i,
        prediction: 10 ** (-8 + i / 10),
        truth: i % 3 === 0 ? 1 : 0,
      }),
    );
    await insert('number', rows);
    const { found } = await outcomes('number');
    expect(found).toMatchObject({ labelled: 60, scored: 60, soft: 60, pairs: 60, classed: 0 });
    expect(measuresIn(found)).toEqual(['roc_auc']);
    const area = rocAuc(
      rows.map(r => r.truth as number),
      rows.map(r => r.prediction!),
    )!;
    expect(outcomeEstimate('roc_auc', found, 0.9)!.value).toBeCloseTo(area, 9);
  });

  test('numbers: sums of errors; what is no number is left out', async () => {
    await insert('regression', [
      { id: 'a', at: hour(0), prediction: 10, truth: 12 },
      { id: 'b', at: hour(0), prediction: 10, truth: 9 },
      { id: 'c', at: hour(1), prediction: 5 },
      { id: 'd', at: hour(1), prediction: Number.NaN, truth: 4 },
      { id: 'e', at: hour(1), prediction: 1.5, truth: 1.5 },
    ]);
    expect((await outcomes('regression')).found).toMatchObject({
      rows: 5,
      labelled: 4,
      pairs: 3,
      error: 1,
      error2: 5,
      absolute: 3,
      classed: 0,
      scored: 0,
      keys: [],
    });
  });

  test('numbers for classes, classes of three, scores without a pair, truth in other words', async () => {
    await insert('mixed', [
      { id: 'a', at: hour(0), predicted: '1', truth: 1 },
      { id: 'b', at: hour(0), prediction: 1, truth: 0 },
      { id: 'c', at: hour(0), predicted: 'cat', scores: { cat: 0.5, dog: 0.3, cow: 0.2 }, truth: 'cat' },
      { id: 'd', at: hour(0), predicted: 'dog', scores: { dog: 0.9 }, truth: 'cat' },
      { id: 'e', at: hour(0), predicted: 'no', scores: { no: 0.7, yes: 0.3 }, truth: 'maybe' },
      { id: 'f', at: hour(0), prediction: 0.25, truth: 'true' },
    ]);
    expect((await outcomes('mixed')).found).toMatchObject({
      rows: 6,
      labelled: 6,
      classed: 5,
      right: 2,
      pairs: 1,
      scored: 2,
      soft: 1,
      positives: [1, 0],
      negatives: [0, 1],
    });
  });

  test('an hour is counted again when it has changed, with the labels that came late', async () => {
    const rows: Row[] = [
      { id: 'a', at: hour(0), predicted: 'x', version: '1' },
      { id: 'b', at: hour(1), predicted: 'x', version: '2', truth: 'x', came: 30 },
    ];
    await insert('late', rows);
    const { found, store } = await outcomes('late');
    expect(found).toMatchObject({ rows: 2, labelled: 1, right: 1 });
    await insert('late', [{ ...rows[0]!, truth: 'y', came: 4 }]);
    expect((await outcomes('late')).found).toEqual(found);
    const again = (await outcomes('late', { generation: 2n })).found;
    expect(again).toMatchObject({ rows: 2, labelled: 2, classed: 2, right: 1 });
    const of = { model: 'late', environment };
    const arrivals = await store.arrivals(of, { from: hour(0), to: hour(2) });
    // 4 hours after the hour began are 3 after it ended; 30 are 29.
    expect(arrivals.map(a => a.arrived.indexOf(1))).toEqual([2, 6]);
    const versions = await store.versions(of, { from: hour(0), to: hour(2) });
    expect(versions.map(v => v.version)).toEqual(['1', '2']);
  });

  test('rows that are gone leave what was counted of them', async () => {
    await insert('old', [{ id: 'a', at: hour(0), predicted: 'x', truth: 'x' }]);
    const { found } = await outcomes('old');
    await database.command("DELETE FROM leeway.inferences WHERE model = 'old'");
    expect((await outcomes('old', { generation: 7n })).found).toEqual(found);
  });

  test('of many versions the commonest are told apart', async () => {
    const rows = Array.from(
      { length: 60 },
      (_, i): Row => ({
        id: `v${i}`,
        at: hour(0) + i,
        version: i < 30 ? 'main' : `v${i}`,
        predicted: 'x',
        truth: 'x',
      }),
    );
    await insert('versions', rows);
    const { store } = await outcomes('versions');
    const found = await store.versions({ model: 'versions', environment }, { from: hour(0), to: hour(2) });
    expect(found).toHaveLength(21);
    expect(found.find(v => v.version === 'main')!.sums.rows).toBe(30);
    expect(found.find(v => v.version === '(other)')!.sums.rows).toBe(11);
  });
});
