import type { Database } from './database.ts';
import { expressionOf, formatOf, guarded, settings } from './file-rows.ts';

/** Rows fetched at a time: a page is read by passing over those before it. */
const pageRows = 50_000;

/** Rows of a Parquet file from any row on, with columns that must keep every digit as text. */
export function createFilePages(database: Database) {
  const source = (path: string) => `file({path:String}, '${formatOf(path)}')`;
  const describe = (path: string) =>
    guarded(path, () =>
      database.rows<{ name: string; type: string }>(`DESCRIBE ${source(path)} ${settings}`, { path }),
    );
  return {
    columns: async (path: string) => (await describe(path)).map(({ name }) => name),
    count: async (path: string) => {
      const sql = `SELECT count() AS n FROM ${source(path)} ${settings}`;
      return Number((await guarded(path, () => database.rows<{ n: string }>(sql, { path })))[0]!.n);
    },
    read: async function* (
      path: string,
      from: number,
      text: readonly string[],
    ): AsyncGenerator<Readonly<Record<string, unknown>>> {
      const described = await describe(path);
      const list = described.map(({ name, type }) =>
        text.includes(name) && !/Date|Array|Map|Tuple/.test(type)
          ? asText(name)
          : expressionOf(path, name, described),
      );
      for (let offset = from; ; offset += pageRows) {
        const sql = `SELECT ${list.join(', ')} FROM ${source(path)} LIMIT ${pageRows} OFFSET ${offset} ${settings}`;
        const rows = await guarded(path, () => database.rows<Record<string, unknown>>(sql, { path }));
        for (const row of rows) yield withoutNulls(row);
        if (rows.length < pageRows) return;
      }
    },
  };
}

function asText(name: string): string {
  const quoted = `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
  return `toString(${quoted}) AS ${quoted}`;
}

function withoutNulls(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
