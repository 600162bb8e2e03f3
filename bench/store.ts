import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage, type Storage } from '../src/app/storage.ts';
import { createTelemetry } from '../src/app/telemetry.ts';
import { loadConfig } from '../src/config/load.ts';
import type { Config } from '../src/config/schema.ts';
import { systemClock } from '../src/lib/clock.ts';
import { createBaselines } from '../src/profile/baselines.ts';
import type { Database } from '../src/store/database.ts';
import { createIntake, type Intake } from '../src/store/intake.ts';
import type { Ledger } from './cpu.ts';
import { benchModel, inferencesOf, payloads } from './records.ts';

/** The service's limits of the intake. */
const intakeLimits = { batchRows: 20_000, lingerMs: 250, maxWaitingRows: 100_000, autoModels: 200 };

/** A fresh embedded store in a temporary directory, with what the service builds around it. */
export interface Bench {
  readonly config: Config;
  readonly storage: Storage;
  readonly events: ReturnType<typeof createTelemetry>;
  /** The way of rows into the store; statements are counted in the ledger where one is given. */
  intake(ledger?: Ledger): Promise<Intake>;
  /** Waits until the engine merges nothing. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Data directory of one scenario. */
export function temporaryConfig(): { readonly config: Config; remove(): void } {
  const data = mkdtempSync(join(tmpdir(), 'leeway-bench-'));
  const config = loadConfig(null, { data, listen: { host: '127.0.0.1', port: 0 } }, {});
  return { config, remove: () => rmSync(data, { recursive: true, force: true }) };
}

export async function openBench(): Promise<Bench> {
  const { config, remove } = temporaryConfig();
  const events = createTelemetry(config, 'silent', systemClock);
  const common = { config, clock: systemClock, random: Math.random, events };
  const storage = await openStorage(common);
  return {
    config,
    storage,
    events,
    intake: ledger => {
      const database = ledger === undefined ? storage.database : watched(storage.database, ledger);
      return createIntake({ ...common, ...storage, database, limits: intakeLimits });
    },
    settled: () => settled(storage.database),
    close: async () => {
      await storage.close();
      remove();
    },
  };
}

/** The same database, its statements measured: `insert` Native blocks, `read` Native results, `statement` the rest. */
export function watched(database: Database, ledger: Ledger): Database {
  return {
    ...database,
    insertNative: (...of) => ledger.of('insert', () => database.insertNative(...of)),
    native: (...of) => ledger.of('read', () => database.native(...of)),
    insertRows: (...of) => ledger.of('statement', () => database.insertRows(...of)),
    rows: <T>(...of: Parameters<Database['rows']>) => ledger.of('statement', () => database.rows<T>(...of)),
    command: (...of) => ledger.of('statement', () => database.command(...of)),
  };
}

async function settled(database: Database): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    const [row] = await database.rows<{ merges: string }>('SELECT count() AS merges FROM system.merges');
    quiet = Number(row?.merges) === 0 ? quiet + 1 : 0;
    await systemClock.sleep(100);
  }
}

/** An uploaded baseline of 20,000 rows, active from `from` (epoch milliseconds) on; returns its number. */
export async function activateBaseline(
  { storage, events }: Pick<Bench, 'storage' | 'events'>,
  from: number,
): Promise<number> {
  const { storeClock } = storage;
  const baselines = createBaselines({ store: storage.baselines, storeClock, events });
  const span = { from, to: from + 3_600_000 };
  const rows = inferencesOf(payloads(20_000, span, 'training'), systemClock.now());
  const { baseline } = await baselines.fromRows({ model: benchModel, rows, note: '', origin: 'uploaded' });
  await baselines.activate({ model: benchModel, version: '', baseline, from, by: 'bench' });
  return baseline;
}
