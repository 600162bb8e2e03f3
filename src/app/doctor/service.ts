import { createTargetGuard } from '../../act/target.ts';
import type { Config } from '../../config/schema.ts';
import type { DoctorReader } from '../../http/operate-ports.ts';
import type { StatusReader } from '../../http/ports.ts';
import type { ReceiverDesk } from '../../http/receiver-desk.ts';
import type { Clock } from '../../lib/clock.ts';
import { createInspection } from '../../store/inspection.ts';
import type { Intake } from '../../store/intake.ts';
import { createTouchedStore } from '../../store/touched.ts';
import { kafkaOptions } from '../kafka-options.ts';
import { lastSeenOf } from '../last-seen.ts';
import { endpointsOf } from '../live-outbox.ts';
import type { Storage } from '../storage.ts';
import { routeLines } from '../unheard.ts';
import { dataLines } from './data.ts';
import { kafkaLines } from './kafka.ts';
import { type DoctorLine, linesOf } from './line.ts';
import { machineFacts, processLines, versionLines } from './machine.ts';
import { changedSettings, settingLines } from './settings.ts';
import { storeLines } from './store.ts';
import { targetLines } from './targets.ts';
import { workLines } from './work.ts';

export interface ServiceDoctorDeps {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly status: StatusReader;
  /** Null in a process that does not ingest. */
  readonly intake: Pick<Intake, 'models'> | null;
  /** Receivers, of the configuration and stored. */
  readonly receivers?: Pick<ReceiverDesk, 'list'>;
  /** Whether requests need a key. */
  readonly keyNeeded: () => boolean;
}

/** Longest a group of checks may take before it counts as failed, milliseconds. */
const patience = 20_000;

/** The checks that only the running service can make. */
export function createServiceDoctor(deps: ServiceDoctorDeps): DoctorReader {
  const { config, clock, version } = deps;
  // The machine's other clock is never set: what they differ by shows that this one was.
  const atStart = clock.now() - performance.now();
  return {
    report: async ({ deep }) => {
      const clockStep = clock.now() - performance.now() - atStart;
      const groups = await Promise.all([
        guarded(deps, 'versions', async () => versionLines(machineFacts(version))),
        guarded(deps, 'settings', async () => settingLines(config, { keys: deps.keyNeeded() })),
        guarded(deps, 'process', async () => processLines(machineFacts(version))),
        guarded(deps, 'data directory', async () => dataLines(config.data, { running: true })),
        guarded(deps, 'store', () => storeLines(createInspection(deps.storage), () => clock.now())),
        guarded(deps, 'sources', () => kafkaLines(kafkaSources(config))),
        guarded(deps, 'service', () => work(deps, clockStep)),
        guarded(deps, 'channels', () => channelLines(config, deep)),
        guarded(deps, 'routes', async () =>
          routeLines(config.policies, (await deps.receivers?.list()) ?? endpointsOf(config)),
        ),
      ]);
      return { version, now: clock.now(), lines: groups.flat(), settings: changedSettings(config) };
    },
  };
}

/** A check that throws or hangs is a finding too, and holds up no other. */
async function guarded(
  { clock }: Pick<ServiceDoctorDeps, 'clock'>,
  area: string,
  check: () => Promise<DoctorLine[]>,
): Promise<DoctorLine[]> {
  const done = new AbortController();
  const late = clock.sleep(patience, done.signal).then(
    () => [
      linesOf(area).fail('answer', `none within ${patience / 1000} s`, 'The log says what it waits for.'),
    ],
    () => [],
  );
  const found = check().catch((error: Error) => [
    linesOf(area).fail('answer', error.message, 'The log and docs/errors.md say more.'),
  ]);
  const lines = await Promise.race([found, late]);
  done.abort(new Error('answered'));
  return lines;
}

/** What a Kafka client is told, source by source. */
export function kafkaSources(config: Config) {
  return config.sources.flatMap(source => (source.type === 'kafka' ? [kafkaOptions(source)] : []));
}

/** Receivers of alerts and orders. */
export function channelLines(config: Config, deep: boolean): Promise<DoctorLine[]> {
  return targetLines(endpointsOf(config), { guard: createTargetGuard(config.outbound.allow), deep });
}

async function work({ config, clock, storage, status, intake }: ServiceDoctorDeps, clockStep: number) {
  const [versions, lastDay, jobs] = await Promise.all([
    storage.models.list(),
    createInspection(storage).lastDay(),
    status.jobs(1000),
  ]);
  const streams = await lastSeenOf(storage, versions, clock.now());
  // Without an intake nothing is admitted here: the marks that another process counts from are counted.
  const known = intake?.models ?? (await createTouchedStore(storage).streams()).length;
  return workLines({
    now: clock.now(),
    streams,
    models: { known, most: config.limits.autoModels },
    lastDay,
    jobs,
    unready: status.unready(),
    clockStep,
  });
}
