import { describe, expect, test } from 'vitest';
import { createFakeDatabase, type FakeInsert } from '../../test/rig/fake-database.ts';
import { makeLabel, outcomeOf } from '../../test/rig/rows.ts';
import type { Reject } from '../domain/reject.ts';
import { createManualClock } from '../lib/clock.ts';
import type { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { classOfCode, StoreError } from './failures.ts';
import { createIntake, type IntakeLimits } from './intake.ts';
import { keyOf } from './labels.ts';

const failure = (code: number) =>
  new StoreError(code, code === 0 ? 'retry' : classOfCode(code), `code ${code}`);
const day = 86_400_000;

async function open(
  limits: Partial<IntakeLimits> = {},
  prepare?: (fake: ReturnType<typeof createFakeDatabase>) => void,
) {
  const fake = createFakeDatabase();
  prepare?.(fake);
  const clock = createManualClock(1_000_000);
  const events = createRecordedEvents();
  const fatal: LeewayError[] = [];
  let storeTime = 5_000_000;
  const intake = await createIntake({
    database: fake.database,
    db: 'leeway',
    storeClock: { now: async () => storeTime++ },
    clock,
    events,
    random: () => 0,
    limits: { autoModels: 10, batchRows: 100, lingerMs: 1000, maxWaitingRows: 5, ...limits },
    onFatal: error => fatal.push(error),
  });
  const names = () => events.seen.map(e => e.name);
  return { fake, clock, events, names, intake, fatal };
}

/** Lets everything that can happen without the clock happen. */
const settle = () => new Promise(resolve => setImmediate(resolve));
const ids = (inserts: readonly FakeInsert[], table = 'inferences') =>
  inserts.filter(i => i.table === table).flatMap(i => i.rows.map(r => r.id));
const reject: Reject = {
  source: 'kafka',
  position: 'p',
  reason: 'not-json',
  detail: 'd',
  content: 'c',
  payload: '',
};
const progress = (position: string) => ({
  source: 'kafka',
  partition: 'c/t/0',
  position,
  watermark: 5,
  lag: 0,
});

describe('order and answers', () => {
  test('rejects, rows, labels, marks, progress, in this order; the mark is younger than the rows', async () => {
    const { fake, intake, names } = await open();
    const answer = await intake.write({
      outcomes: [
        outcomeOf({ id: 'a' }, makeLabel({ id: 'a' })),
        { kind: 'rejected', reject },
        { kind: 'ignored', reason: 'tombstone' },
      ],
      progress: [progress('1'), progress('2')],
    });
    expect(answer).toEqual({ stored: 1, labels: 1, refused: [] });
    expect(fake.inserts.map(i => i.table)).toEqual([
      'rejects',
      'inferences',
      'labels',
      'touched',
      'progress',
    ]);
    expect(fake.inserts[3]!.rows).toEqual([{ model: 'm', environment: 'prod', bucket: 600, at: 5_000_000 }]);
    expect(fake.inserts[4]!.rows).toMatchObject([{ partition: 'c/t/0', position: '2', at: 5_000_000 }]);
    expect(names()).toEqual(['modelCreated', 'batchStored', 'recordRejected', 'recordIgnored']);
  });

  test('a mark is raised above the last recorded run of its model', async () => {
    const { fake, intake } = await open({}, f => {
      f.answers.profile_runs = [{ model: 'm', started: '9000000' }];
    });
    await intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [] });
    expect(fake.inserts.at(-1)!.rows[0]!.at).toBe(9_000_001);
  });

  test('a label that comes alone marks the buckets of its inference', async () => {
    const { fake, intake } = await open({}, f => {
      f.answers.inferences = [{ model: 'm', environment: 'prod', bucket: 300 }];
    });
    expect(
      await intake.write({ outcomes: [{ kind: 'label', label: makeLabel({ id: 'old' }) }], progress: [] }),
    ).toEqual({
      stored: 0,
      labels: 1,
      refused: [],
    });
    expect(fake.inserts.map(i => i.table)).toEqual(['labels', 'touched']);
    expect(fake.inserts[1]!.rows[0]).toMatchObject({ bucket: 300 });
  });

  test('a batch of 60 days is split: no insert touches more than 50 days', async () => {
    const { fake, intake } = await open({ batchRows: 1000 });
    const outcomes = Array.from({ length: 120 }, (_, i) => outcomeOf({ id: `${i}`, time: (i % 60) * day }));
    expect((await intake.write({ outcomes, progress: [] })).stored).toBe(120);
    const days = fake.inserts
      .filter(i => i.table === 'inferences')
      .map(i => new Set(i.rows.map(r => Math.floor((r.time as number) / day))).size);
    expect(days).toEqual([50, 10]);
    expect(new Set(ids(fake.inserts)).size).toBe(120);
  });

  test('inserts hold at most batchRows rows', async () => {
    const { fake, intake } = await open({ batchRows: 40 });
    const outcomes = Array.from({ length: 100 }, (_, i) => outcomeOf({ id: `${i}` }));
    await intake.write({ outcomes, progress: [] });
    expect(fake.inserts.filter(i => i.table === 'inferences').map(i => i.rows.length)).toEqual([40, 40, 20]);
  });
});

describe('group commit', () => {
  test('a write that waits for its answer is flushed at once; those behind it share the next flush', async () => {
    const { fake, intake } = await open();
    let open1: () => void = () => undefined;
    fake.fail = () => new Promise(resolve => (open1 = resolve));
    const first = intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [] });
    await settle();
    const rest = ['b', 'c', 'd'].map(id => intake.write({ outcomes: [outcomeOf({ id })], progress: [] }));
    expect(intake.waitingRows).toBe(4);
    fake.fail = async () => undefined;
    open1();
    expect(await Promise.all([first, ...rest])).toEqual(
      Array.from({ length: 4 }, () => ({ stored: 1, labels: 0, refused: [] })),
    );
    expect(fake.inserts.filter(i => i.table === 'inferences').map(i => i.rows.length)).toEqual([1, 3]);
    expect(intake.waitingRows).toBe(0);
  });

  test('lingering writes wait for the time, for enough rows, or for one that does not linger', async () => {
    const { fake, clock, intake } = await open({ batchRows: 3 });
    const write = (id: string, linger: boolean) =>
      intake.write({ outcomes: [outcomeOf({ id })], progress: [] }, { linger });
    const one = write('a', true);
    await settle();
    clock.advance(999);
    await settle();
    expect(fake.inserts).toEqual([]);
    clock.advance(1);
    await one;
    expect(ids(fake.inserts)).toEqual(['a']);
    await Promise.all(['b', 'c', 'd'].map(id => write(id, true)));
    const lingering = write('e', true);
    await settle();
    await write('f', false);
    await lingering;
    expect(fake.inserts.filter(i => i.table === 'inferences').map(i => i.rows.map(r => r.id))).toEqual([
      ['a'],
      ['b', 'c', 'd'],
      ['e', 'f'],
    ]);
  });

  test('writers that write again as soon as they are answered are all answered, each row once', async () => {
    const { fake, clock, intake } = await open({ batchRows: 7, maxWaitingRows: 1000 });
    const writers = Array.from({ length: 9 }, async (_, w) => {
      for (let i = 0; i < 25; i++) {
        for (let yields = (w * i) % 5; yields > 0; yields--) await Promise.resolve();
        const write = { outcomes: [outcomeOf({ id: `${w}-${i}` })], progress: [] };
        expect(await intake.write(write, { linger: (w + i) % 3 === 0 })).toMatchObject({ stored: 1 });
      }
    });
    const state = { done: false };
    const all = Promise.all(writers).then(() => (state.done = true));
    for (let i = 0; i < 2000 && !state.done; i++) {
      await settle();
      clock.advance(500);
    }
    expect(state.done).toBe(true);
    await all;
    expect([ids(fake.inserts).length, new Set(ids(fake.inserts)).size]).toEqual([225, 225]);
    expect(intake.waitingRows).toBe(0);
  });

  test('full once maxWaitingRows wait', async () => {
    const { intake, clock } = await open();
    const outcomes = Array.from({ length: 5 }, (_, i) => outcomeOf({ id: `${i}` }));
    const write = intake.write({ outcomes, progress: [] }, { linger: true });
    expect(intake.full).toBe(true);
    await settle();
    clock.advance(1000);
    await write;
    expect(intake.full).toBe(false);
  });

  test('stop stores what waits, then refuses', async () => {
    const { fake, intake } = await open();
    const write = intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [] }, { linger: true });
    await settle();
    await intake.stop();
    expect(await write).toMatchObject({ stored: 1 });
    expect(ids(fake.inserts)).toEqual(['a']);
    await expect(intake.write({ outcomes: [], progress: [] })).rejects.toMatchObject({
      code: 'LW_NOT_READY',
    });
  });
});

describe('failures of the store', () => {
  test.each([
    ['transport', 0],
    ['read only', 242],
    ['too many parts', 252],
  ])('away (%s): the write waits, and completes when the store is back', async (_, code) => {
    const { fake, clock, events, intake } = await open();
    fake.fail = async () => Promise.reject(failure(code));
    let done = false;
    const write = intake
      .write({ outcomes: [outcomeOf({ id: 'a' })], progress: [progress('1')] })
      .then(() => (done = true));
    for (let i = 0; i < 30; i++) {
      await settle();
      clock.advance(5000);
    }
    expect([done, intake.healthy, intake.waitingRows]).toEqual([false, false, 1]);
    expect(events.seen[5]).toMatchObject({
      name: 'storeFailed',
      event: { code, failure: 'retry', attempt: 6 },
    });
    fake.fail = async () => undefined;
    await settle();
    clock.advance(10_000);
    await write;
    expect([intake.healthy, intake.waitingRows]).toEqual([true, 0]);
    expect(ids(fake.inserts)).toEqual(['a']);
    const recovered = events.seen.find(e => e.name === 'storeRecovered')!;
    expect((recovered.event as { seconds: number }).seconds).toBeGreaterThan(100);
  });

  test('a refusal of every row alike is the statement’s: nothing becomes a reject, and the write is refused', async () => {
    const { fake, intake } = await open();
    fake.fail = async insert => (insert.table === 'inferences' ? Promise.reject(failure(47)) : undefined);
    const rows = Array.from({ length: 64 }, (_, i) => outcomeOf({ id: String(i) }));
    await expect(intake.write({ outcomes: rows, progress: [progress('1')] })).rejects.toMatchObject({
      code: 'LW_STORE_REFUSED',
    });
    expect(fake.inserts).toEqual([]);
    fake.fail = async () => undefined;
    expect(await intake.write({ outcomes: rows, progress: [] })).toMatchObject({ stored: 64 });
  });

  test('progress that waited for the store is as old as its batch: an outage is not reading', async () => {
    const { fake, clock, intake } = await open();
    fake.fail = async () => Promise.reject(failure(0));
    const write = intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [progress('1')] });
    await settle();
    clock.advance(3_600_000);
    fake.fail = async () => undefined;
    await settle();
    clock.advance(10_000);
    await write;
    const at = (table: string) => fake.inserts.find(i => i.table === table)!.rows[0]!['at'] as number;
    expect(at('touched')).toBe(5_000_000);
    expect(at('progress')).toBeLessThanOrEqual(5_000_000 - 3_600_000);
  });

  test.each([27, 47])(
    'rows refused with code %i are found by halving and become rejects; all others are stored',
    async code => {
      const { fake, intake } = await open();
      const bad = new Set(['3', '4', '17']);
      fake.fail = async insert => {
        if (insert.table === 'inferences' && insert.rows.some(r => bad.has(r.id as string)))
          throw failure(code);
      };
      const outcomes = Array.from({ length: 20 }, (_, i) => outcomeOf({ id: `${i}` }));
      const [answer, other] = await Promise.all([
        intake.write({ outcomes: outcomes.slice(0, 10), progress: [] }),
        intake.write({ outcomes: outcomes.slice(10), progress: [] }),
      ]);
      expect(answer.stored).toBe(8);
      expect(answer.refused.map(r => [r.reason, r.position])).toEqual([
        ['store-refused', 'c/t/0/3'],
        ['store-refused', 'c/t/0/4'],
      ]);
      expect(other.refused.map(r => r.position)).toEqual(['c/t/0/17']);
      expect(ids(fake.inserts).sort()).toEqual(
        outcomes
          .map((_, i) => `${i}`)
          .filter(id => !bad.has(id))
          .sort(),
      );
      expect(fake.inserts.filter(i => i.table === 'rejects').flatMap(i => i.rows).length).toBe(3);
      expect(intake.healthy).toBe(true);
    },
  );

  test('short of memory: smaller inserts are tried, and a single row is repeated, never condemned', async () => {
    const { fake, clock, intake } = await open();
    let most = 0;
    fake.fail = async insert => {
      if (insert.rows.length > most) throw failure(241);
    };
    const outcomes = Array.from({ length: 8 }, (_, i) => outcomeOf({ id: `${i}` }));
    const write = intake.write({ outcomes, progress: [] });
    await settle();
    expect(intake.healthy).toBe(false);
    most = 2;
    await settle();
    clock.advance(10_000);
    expect(await write).toMatchObject({ stored: 8, refused: [] });
    expect(new Set(ids(fake.inserts)).size).toBe(8);
  });

  test('fatal: this write and every later one are rejected, nothing is acknowledged, and it is told once', async () => {
    const { fake, intake, fatal, events } = await open();
    fake.fail = async () => Promise.reject(failure(236));
    await expect(intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [] })).rejects.toMatchObject({
      code: 'LW_STORE_FATAL',
    });
    fake.fail = async () => undefined;
    await expect(intake.write({ outcomes: [outcomeOf({ id: 'b' })], progress: [] })).rejects.toMatchObject({
      code: 'LW_STORE_FATAL',
    });
    expect([intake.healthy, fake.inserts]).toEqual([false, []]);
    expect(fatal.map(error => error.code)).toEqual(['LW_STORE_FATAL']);
    const failed = events.seen.filter(e => e.name === 'storeFailed').map(e => e.event);
    expect(failed).toMatchObject([{ code: 236, failure: 'fatal' }]);
  });

  test('a refused mark is not acknowledged', async () => {
    const { fake, intake } = await open();
    fake.fail = async insert => {
      if (insert.table === 'touched') throw failure(62);
    };
    await expect(
      intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [progress('1')] }),
    ).rejects.toMatchObject({
      code: 'LW_STORE_REFUSED',
    });
    expect(fake.inserts.map(i => i.table)).toEqual(['inferences']);
  });

  test('stopping while the store is away rejects what waits instead of hanging', async () => {
    const { fake, intake } = await open();
    fake.fail = async () => Promise.reject(failure(0));
    const write = intake.write({ outcomes: [outcomeOf({ id: 'a' })], progress: [] });
    const told = expect(write).rejects.toMatchObject({ code: 'LW_STORE_AWAY' });
    await settle();
    await intake.stop();
    await told;
  });
});

describe('admission', () => {
  test('known models are always taken, new ones up to the limit, then refused', async () => {
    const { fake, intake, events } = await open({ autoModels: 2 }, f => {
      f.answers.touched = [{ model: 'old', environment: 'prod' }];
    });
    const outcomes = ['old', 'new', 'third', 'new'].map((model, i) => outcomeOf({ id: `${i}`, model }));
    outcomes.push(outcomeOf({ id: '4', model: 'old', environment: 'another' }));
    const answer = await intake.write({
      outcomes: [...outcomes, { kind: 'label', label: makeLabel({ id: 'x', model: 'fourth' }) }],
      progress: [],
    });
    expect(answer.stored).toBe(3);
    expect(intake.models).toBe(2);
    expect(answer.refused.map(r => [r.reason, r.position])).toEqual([
      ['too-many-models', 'c/t/0/2'],
      ['too-many-models', 'c/t/0/4'],
      ['too-many-models', 'l/x'],
    ]);
    expect(fake.inserts[0]).toMatchObject({
      table: 'rejects',
      rows: [{ reason: 'too-many-models' }, {}, {}],
    });
    expect(events.seen.filter(e => e.name === 'modelCreated').map(e => e.event)).toEqual([
      { model: 'new', environment: 'prod' },
    ]);
  });

  test('an erased id stays out, with every row of a record that held several', async () => {
    const { fake, intake, events } = await open({}, f => {
      f.answers.erasures = [{ model: 'm', key: keyOf('gone') }];
    });
    const outcomes = ['gone', 'gone#0', 'gone#17', 'gone#x', 'gone2'].map(id =>
      outcomeOf({ id }, makeLabel({ id })),
    );
    const other = outcomeOf({ id: 'gone', model: 'other' });
    expect(await intake.write({ outcomes: [...outcomes, other], progress: [] })).toEqual({
      stored: 3,
      labels: 2,
      refused: [],
    });
    expect(ids(fake.inserts)).toEqual(['gone#x', 'gone2', 'gone']);
    expect(events.seen.filter(e => e.name === 'recordIgnored').length).toBe(3);
  });

  test('erasures made elsewhere hold for the very next insert', async () => {
    const { fake, intake } = await open();
    fake.answers.erasures = [{ model: 'm', key: keyOf('gone') }];
    const write = () => intake.write({ outcomes: [outcomeOf({ id: 'gone' })], progress: [] });
    expect((await write()).stored).toBe(0);
  });
});
