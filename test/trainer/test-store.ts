import type { Outcome } from '../../src/domain/reject.ts';
import { createManualClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createStoreClock } from '../../src/store/clock.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createIntake } from '../../src/store/intake.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { TableExportDeps } from '../../src/store/table-export.ts';

/** A store to write rows to and export them from. */
export interface TestStore {
  readonly deps: TableExportDeps;
  write(outcomes: readonly Outcome[]): Promise<unknown>;
  close(): Promise<void>;
}

export async function openTestStore(directory: string): Promise<TestStore> {
  const database = await openEmbedded(directory);
  const db = 'leeway';
  await migrate(database, { database: db, cluster: '', retention: null });
  const deps = { database, db, clock: createManualClock(0), random: () => 0 };
  const limits = { autoModels: 1000, batchRows: 20_000, lingerMs: 1000, maxWaitingRows: 100_000 };
  const events = createRecordedEvents();
  const intake = await createIntake({ ...deps, events, storeClock: createStoreClock(database), limits });
  return { deps, write: outcomes => intake.write({ outcomes, progress: [] }), close: database.close };
}
