import type { Database } from './database.ts';

export interface ArmingDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** One turn of a switch. `at`: epoch milliseconds; of several the latest counts, and all are kept. */
interface Turn {
  /** '' where the switch is for every model. */
  readonly model: string;
  readonly on: boolean;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** Which models may really be retrained (off until somebody says so), and whether everything is stopped. */
export interface Arming {
  set(model: string, armed: boolean, by: string, at: number): Promise<void>;
  isArmed(model: string): Promise<boolean>;
  /** Newest first; null is every model. */
  history(model: string | null, limit: number): Promise<readonly Turn[]>;
  stop(turn: Omit<Turn, 'model'>): Promise<void>;
  stopped(): Promise<Turn | null>;
  /** Newest first. */
  stops(limit: number): Promise<readonly Turn[]>;
}

/** Switches in ClickHouse. */
export function createArming({ database, db = 'leeway' }: ArmingDeps): Arming {
  const table = `${db}.switches`;
  const turn = (name: 'armed' | 'stopped', { on, at, ...rest }: Turn) =>
    database.insertRows(table, [{ ...rest, name, turned: on ? 1 : 0, at: Math.round(at) }]);
  const turns = async (name: 'armed' | 'stopped', model: string | null, limit: number) => {
    const rows = await database.rows<Omit<Turn, 'at' | 'on'> & { turned: number; at_ms: string }>(
      `SELECT model, turned, by, reason, toUnixTimestamp64Milli(at) AS at_ms FROM ${table} FINAL
       WHERE name = {name:String} ${model === null ? '' : 'AND model = {model:String}'}
       ORDER BY at DESC, model LIMIT {limit:UInt32}`,
      { name, limit, ...(model === null ? {} : { model }) },
    );
    return rows.map(
      ({ at_ms, turned, ...same }): Turn => ({
        ...same,
        on: Number(turned) === 1,
        at: Number(at_ms),
      }),
    );
  };
  return {
    set: (model, armed, by, at) => turn('armed', { model, on: armed, by, reason: '', at }),
    isArmed: async model => (await turns('armed', model, 1))[0]?.on ?? false,
    history: (model, limit) => turns('armed', model, limit),
    stop: of => turn('stopped', { ...of, model: '' }),
    stopped: async () => (await turns('stopped', '', 1))[0] ?? null,
    stops: limit => turns('stopped', '', limit),
  };
}
