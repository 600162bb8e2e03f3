import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingLedger } from '../../src/detect/ports.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createFindingStore } from '../../src/store/findings.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createMemoryFindings } from '../twins/windows.ts';

let database: Database;
const directory = mkdtempSync(join(tmpdir(), 'leeway-findings-'));

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'findings_test', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const start = 1_790_000_000 - (1_790_000_000 % 3600);

function finding(part: Partial<Finding>): Finding {
  return {
    model: 'churn',
    environment: 'prod',
    check: 'drift',
    subject: 'feature:age',
    version: '',
    segment: '',
    windowStart: start,
    windowSeconds: 3600,
    generation: 5n,
    verdict: 'drift',
    calibration: 'provisional',
    noiseVersion: 0,
    p: 1e-300,
    alpha: 7e-6,
    effect: 0.2,
    effectLow: 0.1,
    effectHigh: 0.3,
    tolerance: 0.02,
    n: 900,
    nReference: 5000,
    smallestDetectable: 0.08,
    baseline: 1,
    detail: { method: 'ks-bins', text: 'a "quoted" \\ line\nbreak' },
    sentence: "age: it's moved\nfar",
    ...part,
  } as Finding;
}

const stored = (): FindingLedger => createFindingStore(database, 'findings_test');

describe.each([
  ['in memory', createMemoryFindings as () => FindingLedger],
  ['in ClickHouse', stored],
] as const)('the ledger %s', (kind, create) => {
  test('remembers windows, their newest generation, and which were only found blind', async () => {
    const ledger = create();
    const stream = { model: `ledger ${kind}`, environment: 'prod' };
    const volume = (part: Partial<Finding>) => finding({ ...stream, check: 'volume', subject: '', ...part });
    await ledger.write([
      volume({ generation: 1n << 60n }),
      finding({ ...stream, generation: (1n << 60n) + 3n, check: 'drift' }),
      volume({ windowStart: start + 3600, check: 'blind', verdict: 'blind', generation: 0n, baseline: 0 }),
      volume({ windowStart: start - 3600 * 50, generation: 9n }),
      volume({ environment: 'staging', windowStart: start + 7200 }),
    ]);
    await ledger.write([volume({ generation: (1n << 60n) + 1n, baseline: 2 })]);
    expect(await ledger.ledger(stream, start - 3600)).toEqual([
      { windowStart: start, windowSeconds: 3600, generation: (1n << 60n) + 1n, baseline: 2 },
      { windowStart: start + 3600, windowSeconds: 3600, generation: null, baseline: 0 },
    ]);
    await ledger.write([volume({ windowStart: start + 3600, generation: 0n, baseline: 1 })]);
    expect((await ledger.ledger(stream, start)).at(-1)).toEqual({
      windowStart: start + 3600,
      windowSeconds: 3600,
      generation: 0n,
      baseline: 1,
    });
    expect(await ledger.ledger({ model: 'nobody', environment: 'prod' }, 0)).toEqual([]);
    await ledger.write([]);
  });

  test('a window whose judging failed is not judged: it is told apart, until it is', async () => {
    const ledger = create();
    const stream = { model: `failed ${kind}`, environment: 'prod' };
    const of = (part: Partial<Finding>) => finding({ ...stream, subject: '', generation: 0n, ...part });
    const entry = { windowStart: start, windowSeconds: 3600, generation: null, baseline: 1 };
    await ledger.write([of({ check: 'blind', verdict: 'blind' })]);
    expect(await ledger.ledger(stream, 0)).toEqual([entry]);
    await ledger.write([of({ check: 'blind', verdict: 'failed' })]);
    expect(await ledger.ledger(stream, 0)).toEqual([{ ...entry, failed: true }]);
    await ledger.write([
      of({ check: 'blind', verdict: 'stable' }),
      of({ check: 'volume', verdict: 'stable' }),
    ]);
    expect(await ledger.ledger(stream, 0)).toMatchObject([{ ...entry, generation: 0n }]);
  });
});

describe('findings in ClickHouse', () => {
  test('come back as they were written, what is not known too', async () => {
    const store = createFindingStore(database, 'findings_test');
    const model = 'round trip';
    const known = finding({ model });
    const unknown = finding({
      model,
      check: 'size',
      p: Number.NaN,
      alpha: Number.NaN,
      effect: Number.NaN,
      effectLow: Number.NaN,
      effectHigh: Number.NaN,
      tolerance: Number.NaN,
      smallestDetectable: Number.NaN,
      generation: (1n << 63n) + 1n,
    });
    await store.write([known, unknown]);
    expect(await store.list({ model })).toEqual([known, unknown]);
  });

  test('a finding judged again replaces the one before, an older generation does not', async () => {
    const store = createFindingStore(database, 'findings_test');
    const model = 'again';
    await store.write([finding({ model, generation: 5n, verdict: 'drift' })]);
    await store.write([finding({ model, generation: 6n, verdict: 'stable' })]);
    await store.write([finding({ model, generation: 4n, verdict: 'failed' })]);
    await store.write([finding({ model, generation: 6n, verdict: 'stable' })]);
    expect((await store.list({ model })).map(f => f.verdict)).toEqual(['stable']);
  });

  test('are listed by filter, newest first, within a limit', async () => {
    const store = createFindingStore(database, 'findings_test');
    const model = "list'; DROP TABLE findings";
    const hours = [0, 1, 2, 3].map(i => finding({ model, windowStart: start + i * 3600 }));
    const others = [
      finding({ model, check: 'missing' }),
      finding({ model, subject: 'prediction' }),
      finding({ model, windowSeconds: 86_400 }),
      finding({ model, version: '2' }),
      finding({ model, environment: 'staging' }),
    ];
    await store.write([...hours, ...others]);
    const ages = { model, check: 'drift', subject: 'feature:age', environment: 'prod', windowSeconds: 3600 };
    expect((await store.list(ages)).map(f => f.windowStart)).toEqual([3, 2, 1, 0].map(i => start + i * 3600));
    expect((await store.list({ ...ages, limit: 2 })).map(f => f.windowStart)).toEqual([
      start + 10_800,
      start + 7200,
    ]);
    const between = { ...ages, from: start + 3600, to: start + 10_800 };
    expect((await store.list(between)).map(f => f.windowStart)).toEqual([start + 7200, start + 3600]);
    expect(await store.list({ model, version: '2' })).toEqual([others[3]]);
    expect(await store.list({ model, check: 'missing' })).toEqual([others[0]]);
    expect(await store.list({ model })).toHaveLength(8);
  });

  test('those of the newest window of each length and stream, over all versions together', async () => {
    const store = createFindingStore(database, 'findings_test');
    const volume = (part: Partial<Finding>) => finding({ check: 'volume', subject: '', ...part });
    const hour = { model: 'newest', windowStart: start + 3600 };
    await store.write([
      volume({ model: 'newest' }),
      finding({ model: 'newest', verdict: 'drift' }),
      volume(hour),
      finding({ ...hour, verdict: 'stable' }),
      finding({ ...hour, version: '3', verdict: 'drift' }),
      finding({ ...hour, segment: 'country=NL', verdict: 'drift' }),
      volume({ model: 'newest', windowSeconds: 21_600 }),
      volume({ model: 'newest', environment: 'staging' }),
      finding({ model: 'newest', windowStart: start + 7200, check: 'blind', verdict: 'blind', subject: '' }),
      volume({ model: 'newest too', windowStart: start - 3600 }),
    ]);
    const seen = (await store.newest()).filter(f => f.model.startsWith('newest'));
    expect(seen.map(f => [f.model, f.environment, f.check, f.windowSeconds, f.windowStart])).toEqual([
      ['newest', 'prod', 'blind', 3600, start + 7200],
      ['newest', 'prod', 'volume', 21_600, start],
      ['newest', 'staging', 'volume', 3600, start],
      ['newest too', 'prod', 'volume', 3600, start - 3600],
    ]);
    await store.write([
      volume({ ...hour, windowStart: start + 10_800 }),
      finding({ ...hour, windowStart: start + 10_800 }),
    ]);
    const later = (await store.newest()).filter(f => f.model === 'newest' && f.windowSeconds === 3600);
    expect(later.filter(f => f.environment === 'prod').map(f => f.check)).toEqual(['drift', 'volume']);
  });

  test('one write of many windows keeps each window in one insert', async () => {
    const inserts: number[][] = [];
    const counting: Database = {
      ...database,
      insertRows: async (_, rows) => void inserts.push(rows.map(row => Number(row['window_start']))),
    };
    const windows = [...Array(60).keys()].map(w =>
      Array.from({ length: 99 }, (_, i) =>
        finding({ windowStart: start + w * 3600, subject: `feature:${i}` }),
      ),
    );
    await createFindingStore(counting, 'findings_test').write(windows.flat());
    expect(inserts.length).toBe(2);
    expect(inserts.flat()).toHaveLength(60 * 99);
    const [first, second] = inserts.map(starts => new Set(starts));
    expect([...first!].filter(s => second!.has(s))).toEqual([]);
  });
});
