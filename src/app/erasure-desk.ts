import { schedule } from 'node-cron';
import type { Config } from '../config/schema.ts';
import type { ErasureDesk } from '../http/erasure-desk.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { createErasures, type Erasures } from '../store/erasures.ts';
import type { Intake } from '../store/intake.ts';
import { purgeDeleted } from '../store/purge.ts';
import { idForms } from './ruling.ts';
import type { Storage } from './storage.ts';

export interface ErasureKeeperDeps {
  readonly config: Config;
  readonly storage: Storage;
  /** Null in a process that does not ingest. */
  readonly intake: Pick<Intake, 'write'> | null;
  readonly clock: Clock;
  readonly events: Pick<Events, 'jobFinished'>;
}

/** Erases on request, and sees to it in the night that nothing is left in the files. */
export interface ErasureKeeper extends ErasureDesk {
  /** What the night's run does: rows that came in meanwhile, then the files. Returns partitions rewritten. */
  nightly(): Promise<number>;
  /** node-cron wakes the nightly run from now on; returns what ends that. */
  schedule(): () => Promise<void>;
}

/** How far back the nightly run looks for rows that came in while an erasure was on its way, milliseconds. */
const sweptMs = 2 * 86_400_000;

export function createErasureKeeper(deps: ErasureKeeperDeps): ErasureKeeper {
  const { storage, clock } = deps;
  const opened = createLazy(() => createErasures(storage));
  const purge = () => purgeDeleted(storage.database, storage.db);
  // What was admitted before the ids were kept out is stored when a later write is.
  const settled = async () => void (await deps.intake?.write({ outcomes: [], progress: [] }));
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  };
  const nightly = async () => {
    const erasures = await opened();
    await erasures.sweep((await storage.storeClock.now()) - sweptMs);
    return purge();
  };
  return {
    erase: ({ model, ids, purge: atOnce }) =>
      inTurn(async () => {
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
        const purged = atOnce ? await purge() : null;
        const detail = `${ids.length} ids: ${removed.rows} rows, ${removed.labels} labels`;
        await report(deps, { job: 'erase', model, started, detail });
        return { model, ids: ids.length, ...removed, purged };
      }),
    nightly,
    schedule: () => {
      const work = async () => {
        const started = clock.now();
        const rewritten = await inTurn(nightly).catch(() => null);
        if (rewritten !== null && rewritten > 0)
          await report(deps, {
            job: 'purge',
            model: '',
            started,
            detail: `${rewritten} partitions rewritten`,
          });
      };
      const task = schedule('13 2 * * *', work, { timezone: 'UTC', suppressMissedWarning: true });
      return async () => {
        await task.stop();
        await turn;
      };
    },
  };
}

/** A record of what was done, without the ids. */
async function report(
  { storage, clock, events }: ErasureKeeperDeps,
  { job, model, started, detail }: { job: string; model: string; started: number; detail: string },
): Promise<void> {
  const finished = clock.now();
  events.jobFinished({ job, model, outcome: 'done', seconds: (finished - started) / 1000, detail });
  await storage.jobRuns
    .append([{ job, model, started, finished, outcome: 'done', detail }])
    .catch(() => undefined);
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
