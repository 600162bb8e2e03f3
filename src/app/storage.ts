import { mkdirSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Sealer } from '../lib/seal.ts';
import { createAcknowledgements } from '../store/acknowledgements.ts';
import { createAlerts } from '../store/alerts.ts';
import { createArming } from '../store/arming.ts';
import { createAuditStore } from '../store/audit.ts';
import { createBaselineStore } from '../store/baselines.ts';
import { createCallbacks } from '../store/callbacks.ts';
import { createStoreClock } from '../store/clock.ts';
import type { Database } from '../store/database.ts';
import type { Retention } from '../store/ddl.ts';
import { createDeliveries } from '../store/deliveries.ts';
import { dropLeftCopies } from '../store/dump-copies.ts';
import { openEmbedded } from '../store/embedded.ts';
import { createEpisodes } from '../store/episodes.ts';
import { createExportReader } from '../store/export.ts';
import { createFindingStore } from '../store/findings.ts';
import { createJobRunStore } from '../store/job-runs.ts';
import { createLabelCounts } from '../store/label-counts.ts';
import { migrate } from '../store/migrate.ts';
import { createModelStore } from '../store/models.ts';
import { createNoiseStore } from '../store/noise.ts';
import { createOrders } from '../store/orders.ts';
import { createPauses } from '../store/pauses.ts';
import { createProfileStore } from '../store/profiles.ts';
import { createProgressStore } from '../store/progress.ts';
import { createReceivers } from '../store/receivers.ts';
import { createRegistryEvents } from '../store/registry-events.ts';
import { createRejectStore } from '../store/rejects.ts';
import { createRequestStore } from '../store/requests.ts';
import { openServer } from '../store/server.ts';
import { createSilences } from '../store/silences.ts';
import { createSlots } from '../store/slots.ts';
import { createStanding } from '../store/standing.ts';
import { createSteady } from '../store/steady.ts';
import { createTokenSecrets } from '../store/token-secrets.ts';
import { createWindowReader } from '../store/windows.ts';
import { sealerOf } from './sealing.ts';

/** The open store with one repository a noun. */
export type Storage = ReturnType<typeof repositories> & { close(): Promise<void> };

/** chDB in the data directory, or the configured ClickHouse server; waits for a server that is not up yet. */
export async function openStorage(deps: {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly random: () => number;
}): Promise<Storage> {
  const { config } = deps;
  const db = config.clickhouse?.database ?? 'leeway';
  const database = await open(config);
  const options = {
    database: db,
    cluster: config.clickhouse?.cluster ?? '',
    retention: keptDays(config.retention),
  };
  try {
    await createSteady(deps).run(() => migrate(database, options));
    // Not worth a failed start: the night's run tries again.
    await dropLeftCopies(database, db, database.kind === 'embedded' ? 'by-nobody' : 'maybe').catch(() => 0);
  } catch (error) {
    await database.close();
    throw error;
  }
  const sealer = sealerOf(config.secretsKeys);
  return { ...repositories(database, db, deps.clock, sealer), close: () => database.close() };
}

/**
 * Days each kind of row is kept. Profiles at least as long as the rows they are made from: a late row makes its hour
 * again from the 5-minute profiles, its day from the hourly ones, and what is gone by then would be missing in them.
 */
export function keptDays(retention: Config['retention']): Retention {
  const { rawDays: raw, fiveMinuteDays, hourlyDays, dailyDays, labelDays: labels } = retention;
  const fiveMinute = Math.max(raw, fiveMinuteDays);
  const hourly = Math.max(fiveMinute, hourlyDays);
  return { raw, fiveMinute, hourly, daily: Math.max(hourly, dailyDays), labels };
}

function open(config: Config): Promise<Database> {
  if (config.clickhouse === undefined) {
    makeDirectory(config.data);
    return openEmbedded(config.data);
  }
  const { url, username, password } = config.clickhouse;
  return openServer({ url, username, password: password?.reveal() ?? '' });
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const { message } = error as Error;
    throw new LeewayError('LW_DATA_UNUSABLE', `cannot make the data directory ${path}: ${message}`, error);
  }
}

function repositories(database: Database, db: string, clock: Clock, sealer: Sealer) {
  const storeClock = createStoreClock(database);
  return {
    database,
    db,
    storeClock,
    acknowledgements: createAcknowledgements({ database, db, clock }),
    alerts: createAlerts({ database, db, clock }),
    arming: createArming({ database, db }),
    audit: createAuditStore(database, storeClock, db),
    baselines: createBaselineStore(database, db),
    callbacks: createCallbacks({ database, db }),
    deliveries: createDeliveries({ database, db }),
    episodes: createEpisodes({ database, db }),
    exports: createExportReader({ database, db }),
    findings: createFindingStore(database, db),
    jobRuns: createJobRunStore({ database, db }),
    labelCounts: createLabelCounts({ database, db }),
    models: createModelStore(database, db),
    orders: createOrders({ database, db, clock }),
    pauses: createPauses({ database, db, clock }),
    profiles: createProfileStore(database, db),
    progress: createProgressStore({ database, db }),
    registry: createRegistryEvents({ database, db }),
    receivers: createReceivers({ database, db }),
    rejects: createRejectStore({ database, db }),
    requests: createRequestStore({ database, db, storeClock }),
    silences: createSilences({ database, db }),
    slots: createSlots({ database, db }),
    standing: createStanding({ database, db }),
    tokenSecrets: createTokenSecrets({ database, db, sealer }),
    noise: createNoiseStore(database, db),
    windows: createWindowReader(database, db),
  };
}
