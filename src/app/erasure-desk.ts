import { schedule } from 'node-cron';
import type { Config } from '../config/schema.ts';
import type { Gate } from '../elect/gate.ts';
import type { ErasureDesk } from '../http/erasure-desk.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { dropLeftCopies } from '../store/dump-copies.ts';
import { createErasures, type Erasures } from '../store/erasures.ts';
import type { Intake } from '../store/intake.ts';
import type { JobRun } from '../store/job-runs.ts';
import { lastGoodPurge, type Purged, type PurgeLimits, purgeDeleted } from '../store/purge.ts';
import { createNightly } from './nightly.ts';
import { idForms } from './ruling.ts';
import type { Storage } from './storage.ts';

export interface ErasureKeeperDeps {
  readonly config: Config;
  readonly storage: Storage;
  /** Null in a process that does not ingest. */
  readonly intake: Pick<Intake, 'write'> | null;
  readonly clock: Clock;
  /** Of several processes over one database one does the night's work. */
  readonly gate: Pick<Gate, 'isOpen'>;
  readonly events: Pick<Events, 'jobFinished'>;
}

/** Erases on request, and sees to it every night that nothing is left in the files. */
export interface ErasureKeeper extends ErasureDesk {
  /** The night's work when it is due: rows that came in meanwhile, then the files. */
  nightly(): Promise<void>;
  /** The night's work is looked for now and from now on; returns what ends that. */
  schedule(): () => Promise<void>;
}

/** How long the night's run waits for the engine, milliseconds. */
const nightlyLimits = { each: 10 * 60_000, together: 2 * 3_600_000 };
/** The same while somebody waits for the answer. */
const atOnceLimits = { each: 2 * 60_000, together: 10 * 60_000 };

export function createErasureKeeper(deps: ErasureKeeperDeps): ErasureKeeper {
  const { storage, clock } = deps;
  const { database, db } = storage;
  const opened = createLazy(() => createErasures(storage));
  // What was admitted before the ids were kept out is stored when a later write is.
  const settled = async () => void (await deps.intake?.write({ outcomes: [], progress: [] }));
  const inTurn = createTurns();
  // Of its own: an erasure must not wait for files that are rewritten.
  const purgeInTurn = createTurns();
  const purge = (limits: PurgeLimits) =>
    purgeInTurn(async () => {
      // Links to old parts keep erased rows on the disk.
      await dropLeftCopies(database, db).catch(() => 0);
      return purgeDeleted({ database, db, clock }, limits);
    });
  const nightly = createNightly({
    clock,
    leads: () => deps.gate.isOpen,
    lastGood: () => lastGoodPurge({ database, db }),
    sweep: since => inTurn(async () => (await (await opened()).sweep(since)).rows),
    purge: signal => purge({ ...nightlyLimits, signal }),
    report: run => report(deps, run),
  });
  const eraseRows = async (model: string, ids: readonly string[]) => {
    if (!(await storage.models.names()).includes(model))
      throw new LeewayError('LW_NOT_FOUND', `there is no model "${model}"`);
    const started = clock.now();
    const forms = idForms(deps.config);
    const erasures: Erasures = await opened();
    const removed = await erasures.erase(
      model,
      ids.map(id => forms(model, id)),
      settled,
    );
    const detail = `${ids.length} ids: ${removed.rows} rows, ${removed.labels} labels`;
    await report(deps, { job: 'erase', model, started, finished: clock.now(), outcome: 'done', detail });
    return removed;
  };
  return {
    erase: async ({ model, ids, purge: atOnce }) => {
      const removed = await inTurn(() => eraseRows(model, ids));
      const purged = atOnce ? allOf(await purge(atOnceLimits)) : null;
      return { model, ids: ids.length, ...removed, purged };
    },
    nightly: nightly.wake,
    schedule: () => {
      // Often: a process that was away in the night, or did not lead yet, makes up for it.
      const task = schedule('3-53/10 * * * *', nightly.wake, {
        timezone: 'UTC',
        suppressMissedWarning: true,
      });
      void nightly.wake();
      return async () => {
        await task.stop();
        await nightly.stop();
        await inTurn(async () => undefined);
      };
    },
  };
}

/** Partitions rewritten; throws when some were not, which whoever asked must know. */
function allOf({ rewritten, left }: Purged): number {
  if (left.length === 0) return rewritten;
  throw new LeewayError(
    'LW_STORE_REFUSED',
    `the rows are removed and kept out, but ${left.length} of ${rewritten + left.length} partitions are not rewritten yet ` +
      `(${left[0]}): the nightly run sees to it, or ask again`,
  );
}

/** Pieces of work one after another, whatever became of the one before. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** A record of what was done, without the ids. */
async function report({ storage, events }: ErasureKeeperDeps, run: JobRun): Promise<void> {
  const { job, model, outcome, detail, started, finished } = run;
  events.jobFinished({ job, model, outcome, seconds: (finished - started) / 1000, detail });
  await storage.jobRuns.append([run]).catch(() => undefined);
}

/** Opens at the first use, and again after a failure: the store may be away. */
function createLazy<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
}
