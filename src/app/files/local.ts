import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { createLifecycle } from '../../lib/lifecycle.ts';
import { createIntake } from '../../store/intake.ts';
import { createLiveDecoders } from '../live-decoders.ts';
import { openStorage, type Storage } from '../storage.ts';
import { createTelemetry } from '../telemetry.ts';
import { fileDeskOf } from './desk-of.ts';
import type { FileDesk } from './ports.ts';
import type { Reingest } from './reingest.ts';
import { reingestOf } from './reingest-of.ts';

/** The store, opened by the command itself because no service runs. */
export interface LocalStore {
  readonly storage: Storage;
  readonly events: Events;
  close(): Promise<void>;
}

export interface LocalDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/**
 * Opens the store of a configuration. While a ClickHouse server is away it waits, and says so.
 *
 * @throws LeewayError LW_DATA_LOCKED when a service has it open.
 */
export async function openLocalStore({ config, clock, say }: LocalDeps): Promise<LocalStore> {
  const silent = createTelemetry(config, 'silent', clock);
  const events: Events = {
    ...silent,
    storeFailed: e => {
      if (e.attempt === 1)
        say(`The store does not answer (code ${e.code}): ${e.message.split('\n')[0]}. Waiting for it.`);
    },
  };
  const storage = await openStorage({ config, clock, events, random: Math.random });
  return { storage, events, close: storage.close };
}

/** The file desk over the store of a configuration. */
export async function openLocalDesk(deps: LocalDeps): Promise<{
  readonly desk: FileDesk;
  readonly reingest: Reingest;
  readonly storage: Storage;
  close(): Promise<void>;
}> {
  const { config, clock } = deps;
  const { storage, events } = await openLocalStore(deps);
  const lifecycle = createLifecycle((name, error) => deps.say(`${name} did not stop well: ${String(error)}`));
  lifecycle.add('store', storage.close);
  try {
    const limits = {
      batchRows: 20_000,
      lingerMs: 0,
      maxWaitingRows: 100_000,
      autoModels: config.limits.autoModels,
    };
    const intake = await createIntake({ ...storage, clock, events, random: Math.random, limits });
    lifecycle.add('intake', () => intake.stop());
    const parts = { config, clock, storage, intake, decoders: createLiveDecoders(config) };
    return { desk: fileDeskOf(parts), reingest: reingestOf(parts), storage, close: () => lifecycle.stop() };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}
