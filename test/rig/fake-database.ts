import type { Database } from '../../src/store/database.ts';
import { valueAt } from '../../src/store/native/columns.ts';
import { readBlocks } from '../../src/store/native/reader.ts';

export interface FakeInsert {
  readonly table: string;
  readonly rows: Record<string, unknown>[];
}

/** A `Database` that keeps what is inserted and answers the intake's few questions; `fail` may throw before each insert. */
export function createFakeDatabase() {
  const inserts: FakeInsert[] = [];
  const answers: Record<string, unknown[]> = { touched: [], erasures: [], profile_runs: [], inferences: [] };
  const state = { inserts, answers, fail: async (_insert: FakeInsert): Promise<void> => undefined };
  const take = async (insert: FakeInsert) => {
    await state.fail(insert);
    inserts.push(insert);
  };
  const database: Database = {
    kind: 'server',
    command: async () => undefined,
    rows: async <T>(sql: string) => {
      const table = /FROM \w+\.(\w+)/.exec(sql)?.[1] ?? '';
      return (answers[table] ?? []) as T[];
    },
    native: async () => new Uint8Array(),
    formatted: async () => new Uint8Array(),
    insertNative: async (table, columns, blocks) => {
      const rows: Record<string, unknown>[] = [];
      for (const block of readBlocks(blocks))
        for (let row = 0; row < block.rows; row++)
          rows.push(Object.fromEntries(columns.map(name => [name, valueAt(block.columns.get(name)!, row)])));
      await take({ table: table.split('.')[1]!, rows });
    },
    insertRows: async (table, rows) => {
      if (rows.length > 0) await take({ table: table.split('.')[1]!, rows: rows.map(row => ({ ...row })) });
    },
    close: async () => undefined,
  };
  return Object.assign(state, { database });
}
