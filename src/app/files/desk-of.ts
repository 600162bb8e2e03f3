import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Intake } from '../../store/intake.ts';
import { createKnownRows } from '../../store/known-rows.ts';
import { createRejectedRows } from '../../store/rejected-rows.ts';
import type { Decoders } from '../decoders.ts';
import type { Storage } from '../storage.ts';
import { createFileDesk } from './desk.ts';
import type { FileDesk } from './ports.ts';

/** The file desk over an open store. */
export function fileDeskOf(deps: {
  readonly config: Config;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly intake: Pick<Intake, 'write'>;
  readonly decoders: Pick<Decoders, 'forFile'>;
}): FileDesk {
  const { config, clock, storage, intake, decoders } = deps;
  return createFileDesk({
    where: config.clickhouse === undefined ? config.data : config.clickhouse.url,
    intake,
    decoders,
    progress: storage.progress,
    known: createKnownRows(storage),
    rejected: createRejectedRows(storage),
    rawDays: config.retention.rawDays,
    now: () => clock.now(),
    storeNow: () => storage.storeClock.now(),
  });
}
