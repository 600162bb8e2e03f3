import type { ExportDoor } from '../http/export-door.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { ModelVersion } from '../store/models.ts';
import { createTableExport } from '../store/table-export.ts';
import type { Storage } from './storage.ts';

/** Year 2100: the last time a DateTime column holds. */
const latestTime = Date.UTC(2100, 0, 1);

/** Tables of a model's rows, for training. */
export function createExportDoor(deps: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: () => number;
}): ExportDoor {
  const { storage, clock, random } = deps;
  const tables = createTableExport({ database: storage.database, db: storage.db, clock, random });
  return {
    table: async function* ({ model, version, from, to, labelled, format, ...query }) {
      const environment = environmentOf(await storage.models.list(model), query.environment);
      if (environment === null) {
        const where = query.environment === null ? '' : ` in environment "${query.environment}"`;
        throw new LeewayError('LW_NOT_FOUND', `There is no model "${model}"${where}.`);
      }
      const request = {
        model,
        environment,
        from: from ?? 0,
        to: to ?? latestTime,
        ...(version === null ? {} : { version }),
        labelledOnly: labelled,
      };
      yield* tables.read(request, format === 'csv' ? 'CSV' : 'Parquet');
    },
  };
}

/** The environment asked for, else the one seen last; null when there is none. */
function environmentOf(versions: readonly ModelVersion[], asked: string | null): string | null {
  if (asked !== null) return versions.some(each => each.environment === asked) ? asked : null;
  const newest = [...versions].sort((a, b) => b.lastBucket - a.lastBucket)[0];
  return newest?.environment ?? null;
}
