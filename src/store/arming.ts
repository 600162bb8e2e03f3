import type { Database } from './database.ts';

export interface ArmingDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** Which models may really be retrained: off until somebody says so. */
export interface Arming {
  /** `at`: epoch milliseconds; of several rows the latest counts. */
  set(model: string, armed: boolean, by: string, at: number): Promise<void>;
  isArmed(model: string): Promise<boolean>;
}

/** Armed models in ClickHouse. */
export function createArming({ database, db = 'leeway' }: ArmingDeps): Arming {
  return {
    set: (model, armed, by, at) =>
      database.insertRows(`${db}.arming`, [{ model, armed: armed ? 1 : 0, by, at: Math.round(at) }]),
    isArmed: async model => {
      const rows = await database.rows<{ armed: number }>(
        `SELECT armed FROM ${db}.arming FINAL WHERE model = {model:String}`,
        { model },
      );
      return Number(rows[0]?.armed ?? 0) === 1;
    },
  };
}
