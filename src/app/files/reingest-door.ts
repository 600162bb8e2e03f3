import type { HttpDeps } from '../../http/ports.ts';
import type { ReingestDoor, ReingestOrder, ReingestState } from '../../http/reingest-door.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Intake } from '../../store/intake.ts';
import { createPositionStore, type PositionStore } from '../../store/reingest.ts';
import { fileSource } from './ports.ts';
import type { Reingest } from './reingest.ts';
import { reingestOf } from './reingest-of.ts';

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
      stopping,
    }),
  };
}

/** One reingest at a time, in the background; its state is asked for. */
export function createReingestDoor(deps: {
  readonly reingest: Reingest;
  readonly positions: PositionStore;
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
      current = { state: 'running', read: 0, of: 0, stored: 0, labels: 0, refused: 0, error: '' };
      void run(order);
      return current;
    },
    state: () => current,
    removeFile: (file, remove) => removeFile(deps.positions, file, remove),
  };
}

/** What was stored of a file, counted and, if asked for, removed. */
export async function removeFile(positions: PositionStore, file: string, remove: boolean) {
  const range = { prefix: `${file}/`, first: 0, last: Number.MAX_SAFE_INTEGER };
  const of = { source: fileSource, model: '', range };
  const counted = await positions.count(of);
  if (remove) await positions.remove(of);
  return counted;
}
