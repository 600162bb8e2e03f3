import type { HttpDeps } from '../../http/ports.ts';
import type { FileCounts, ReingestDoor, ReingestOrder, ReingestState } from '../../http/reingest-door.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Intake } from '../../store/intake.ts';
import { createPositionStore, type PlacedModels, type PositionStore } from '../../store/reingest.ts';
import { fileSource } from './ports.ts';
import type { Reingest } from './reingest.ts';
import { reingestOf } from './reingest-of.ts';
import { takenFrom, tooOld } from './reingest-refusal.ts';

type DoorDeps = Omit<Parameters<typeof reingestOf>[0], 'intake'> & {
  readonly intake: Intake | null;
  readonly stopping: () => boolean;
};

/** The reingest of the running service; none where it does not ingest. */
export function reingestDoorOf(deps: DoorDeps): Pick<HttpDeps, 'reingest'> {
  const { intake, storage, stopping } = deps;
  if (intake === null) return {};
  return {
    reingest: createReingestDoor({
      reingest: reingestOf({ ...deps, intake }),
      positions: createPositionStore(storage),
      ages: { clock: deps.clock, rawDays: deps.config.retention.rawDays },
      stopping,
    }),
  };
}

/** One reingest at a time, in the background; its state is asked for. */
export function createReingestDoor(deps: {
  readonly reingest: Reingest;
  readonly positions: PositionStore & PlacedModels;
  readonly ages: FileAges;
  readonly stopping: () => boolean;
}): ReingestDoor {
  let current: ReingestState | null = null;
  const run = async (order: ReingestOrder): Promise<void> => {
    const stop = new AbortController();
    const progress = (read: number, of: number) => {
      current = { ...current!, read, of };
      if (deps.stopping())
        stop.abort(new LeewayError('LW_NOT_READY', 'the service is stopping; the same command goes on'));
    };
    try {
      const result = await deps.reingest.run(order, { signal: stop.signal, progress });
      current = { ...current!, ...result, state: 'done' };
    } catch (error) {
      current = { ...current!, state: 'failed', error: (error as Error).message };
    }
  };
  return {
    plan: order => deps.reingest.plan(order),
    start: async order => {
      if (current?.state === 'running')
        throw new LeewayError('LW_CONFLICT', 'A reingest is running already.');
      current = {
        state: 'running',
        read: 0,
        of: 0,
        stored: 0,
        labels: 0,
        refused: 0,
        missing: [],
        error: '',
      };
      void run(order);
      return current;
    },
    state: () => current,
    removeFile: (file, remove, model) => removeFile(deps, file, remove, model),
  };
}

/** By what it is known which rows of a file would be refused. */
export interface FileAges {
  readonly clock: Pick<Clock, 'now'>;
  /** Days that rows are kept. */
  readonly rawDays: number;
}

/** A file takes a while to be read again: rows that grow too old meanwhile count as too old, milliseconds. */
const readingMs = 3_600_000;

/**
 * What was stored of a file, of one model or ('') of all, counted and, if asked for, removed.
 *
 * @throws LeewayError LW_REINGEST_REFUSED when some of it would be refused if it were read again.
 */
export async function removeFile(
  { positions, ages }: { readonly positions: PositionStore & PlacedModels; readonly ages: FileAges },
  file: string,
  remove: boolean,
  model = '',
): Promise<FileCounts> {
  const range = { prefix: `${file}/`, first: 0, last: Number.MAX_SAFE_INTEGER };
  const of = { source: fileSource, model, range };
  const before = takenFrom(ages.clock.now(), ages.rawDays) + readingMs;
  const found = await positions.ages({ ...of, before });
  if (found.old > 0)
    throw new LeewayError(
      'LW_REINGEST_REFUSED',
      `Of the file ${tooOld(found, ages.rawDays)}. A file is removed and read whole: raise retention.rawDays first.`,
    );
  const models = await positions.models(of);
  const isMeant = (each: { readonly model: string }) => model === '' || each.model === model;
  const counted = {
    ...(await positions.count(of)),
    models: models.filter(isMeant),
    others: models.filter(each => !isMeant(each)),
  };
  if (remove) await positions.remove(of);
  return counted;
}
