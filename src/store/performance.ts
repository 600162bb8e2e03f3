import type { LabelArrivals } from '../domain/performance.ts';
import type { OutcomeSums } from '../stats/performance/outcomes.ts';
import type { Database } from './database.ts';
import { type OutcomeColumns, type OutcomeRead, outcomeRow, outcomesSql } from './performance-rows.ts';

export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** An hour of a stream as it is profiled: its sums are counted anew when it has changed since. */
export interface CountedHour {
  /** Start, epoch seconds. */
  readonly hour: number;
  readonly generation: bigint;
  readonly rows: number;
}

/** Half-open, whole hours, epoch seconds. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

export interface PerformanceDeps {
  readonly database: Database;
  readonly db: string;
  /** See `OutcomeRead`; the store's clock unless told. */
  readonly arrival?: OutcomeRead['arrival'];
  /** Raw rows read at once: all that is ever in memory besides sums. */
  readonly rowsAtOnce?: number;
}

/** Rows joined with labels at a time; hours at a time. */
const defaultRows = 500_000;
const hoursAtOnce = 48;
const hourSeconds = 3600;
/** Part of the commit record of an hour. */
const commitPart = 65_535;

const ofStream = 'model = {model:String} AND environment = {environment:String}';
const within = `${ofStream} AND hour >= toDateTime({from:UInt32}) AND hour < toDateTime({to:UInt32})`;

/**
 * Performance in sums by hour and version. Rows are read once a generation, some hundred thousand at a time, and joined
 * with their labels inside the store; what is kept of them is counts, and scores in cells.
 */
export function createPerformanceStore(deps: PerformanceDeps) {
  const { database, db } = deps;
  return {
    /** Whether the model ever had a label. */
    labelled: async (model: string): Promise<boolean> => {
      const rows = await database.rows(
        `SELECT 1 AS one FROM ${db}.labels WHERE model = {model:String} LIMIT 1`,
        { model },
      );
      return rows.length > 0;
    },
    /** Generations of the hours that are counted. */
    counted: (stream: Stream, hours: Hours) => counted(deps, stream, hours),
    /** Counts hours that are not counted at their generation. */
    count: ({ model, environment }: Stream, hours: readonly CountedHour[]) =>
      count(deps, { model, environment }, hours),
    /** Sums of each of some periods, in their order. */
    sums: (stream: Stream, periods: readonly Hours[]) => sums(deps, stream, periods),
    /** Sums of consecutive blocks of `seconds`, by start; blocks without rows are left out. */
    blocks: async (stream: Stream, hours: Hours, seconds: number) => {
      const rows = await database.rows<SumColumns & { start: number }>(
        `SELECT intDiv(toUnixTimestamp(hour), {seconds:UInt32}) * {seconds:UInt32} AS start, ${sumColumns}
         FROM ${valid(db)} GROUP BY start ORDER BY start`,
        { ...stream, ...hours, seconds },
      );
      return rows.map(row => ({ start: Number(row.start), sums: sumsOf(row) }));
    },
    /** Sums of a period by version. */
    versions: async (stream: Stream, hours: Hours) => {
      const rows = await database.rows<SumColumns & { name: string }>(
        `SELECT version AS name, ${sumColumns} FROM ${valid(db)} GROUP BY name ORDER BY name`,
        { ...stream, ...hours },
      );
      return rows.map(row => ({ version: row.name, sums: sumsOf(row) }));
    },
    arrivals: async (stream: Stream, hours: Hours): Promise<readonly LabelArrivals[]> => {
      const rows = await database.rows<Record<'at' | 'n' | 'known', string> & { came: (string | number)[] }>(
        `SELECT toUnixTimestamp(hour) AS at, sum(rows) AS n, sum(labelled) AS known, sumForEach(arrived) AS came
         FROM ${valid(db)} GROUP BY hour ORDER BY hour`,
        { ...stream, ...hours },
      );
      return rows.map(({ at, n, known, came }) => ({
        hour: Number(at),
        rows: Number(n),
        labelled: Number(known),
        arrived: came.map(Number),
      }));
    },
  };
}

/** Rows of hours [from, to) at the generation that their commit record names. */
function valid(db: string): string {
  return `(SELECT * FROM ${db}.performance FINAL WHERE ${within} AND part < ${commitPart} AND (hour, generation) IN (
    SELECT hour, generation FROM ${db}.performance FINAL WHERE ${within} AND part = ${commitPart})) AS p`;
}

const sumColumns = `sum(p.rows) AS s_rows, sum(p.labelled) AS s_labelled, sum(p.classed) AS s_classed, sum(p."right") AS s_right,
  sum(p.pairs) AS s_pairs, sum(p.error) AS s_error, sum(p.error2) AS s_error2, sum(p.absolute) AS s_absolute,
  sum(p.scored) AS s_scored, sum(p.soft) AS s_soft, sumMap(p.keys, p.positives, p.negatives) AS s_cells`;

type Cells = readonly (string | number)[];

interface SumColumns
  extends Record<
    | 's_rows'
    | 's_labelled'
    | 's_classed'
    | 's_right'
    | 's_pairs'
    | 's_error'
    | 's_error2'
    | 's_absolute'
    | 's_scored'
    | 's_soft',
    string | number
  > {
  readonly s_cells: readonly [Cells, Cells, Cells];
}

function sumsOf(row: SumColumns): OutcomeSums {
  return {
    rows: Number(row.s_rows),
    labelled: Number(row.s_labelled),
    classed: Number(row.s_classed),
    right: Number(row.s_right),
    pairs: Number(row.s_pairs),
    error: Number(row.s_error),
    error2: Number(row.s_error2),
    absolute: Number(row.s_absolute),
    scored: Number(row.s_scored),
    soft: Number(row.s_soft),
    keys: row.s_cells[0].map(Number),
    positives: row.s_cells[1].map(Number),
    negatives: row.s_cells[2].map(Number),
  };
}

async function counted({ database, db }: PerformanceDeps, stream: Stream, hours: Hours) {
  const rows = await database.rows<{ at: number; gen: string }>(
    `SELECT toUnixTimestamp(hour) AS at, max(generation) AS gen FROM ${db}.performance
     WHERE ${within} AND part = ${commitPart} GROUP BY hour`,
    { ...stream, ...hours },
  );
  return new Map(rows.map(({ at, gen }) => [Number(at), BigInt(gen)]));
}

async function sums({ database, db }: PerformanceDeps, stream: Stream, periods: readonly Hours[]) {
  if (periods.length === 0) return [];
  const rows = await database.rows<SumColumns & { which: number }>(
    `SELECT arrayJoin(arrayFilter(i -> {starts:Array(UInt32)}[i] <= toUnixTimestamp(p.hour) AND toUnixTimestamp(p.hour) < {ends:Array(UInt32)}[i],
       range(1, length({starts:Array(UInt32)}) + 1))) AS which, ${sumColumns}
     FROM ${valid(db)} GROUP BY which`,
    {
      ...stream,
      from: Math.min(...periods.map(period => period.from)),
      to: Math.max(...periods.map(period => period.to)),
      starts: periods.map(period => period.from),
      ends: periods.map(period => period.to),
    },
  );
  const found = new Map(rows.map(row => [Number(row.which), sumsOf(row)]));
  return periods.map((_, i) => found.get(i + 1) ?? null);
}

/** Hours are counted in runs of neighbours, an hour of very many rows by itself and in parts. */
async function count(deps: PerformanceDeps, stream: Stream, hours: readonly CountedHour[]): Promise<void> {
  if (hours.length === 0) return;
  const sorted = [...hours].sort((a, b) => a.hour - b.hour);
  const period = { from: sorted[0]!.hour, to: sorted.at(-1)!.hour + hourSeconds };
  const known = await counted(deps, stream, period);
  const due = sorted.filter(({ hour, generation }) => (known.get(hour) ?? -1n) < generation);
  for (const run of runsOf(due, deps.rowsAtOnce ?? defaultRows)) await countRun(deps, stream, run);
}

function runsOf(hours: readonly CountedHour[], rowsAtOnce: number): CountedHour[][] {
  const runs: CountedHour[][] = [];
  let rows = 0;
  for (const hour of hours) {
    const run = runs.at(-1);
    const near = run !== undefined && hour.hour - run[0]!.hour < hoursAtOnce * hourSeconds;
    if (run !== undefined && near && rows + hour.rows <= rowsAtOnce) run.push(hour);
    else {
      runs.push([hour]);
      rows = 0;
    }
    rows += hour.rows;
  }
  return runs;
}

async function countRun(deps: PerformanceDeps, stream: Stream, run: readonly CountedHour[]): Promise<void> {
  const { database, db, arrival = 'received', rowsAtOnce = defaultRows } = deps;
  const wanted = new Map(run.map(hour => [hour.hour, hour]));
  const parts = Math.max(1, Math.ceil(run.reduce((sum, { rows }) => sum + rows, 0) / rowsAtOnce));
  const seen = new Set<number>();
  for (let part = 0; part < parts; part++) {
    const read = { from: run[0]!.hour, to: run.at(-1)!.hour + hourSeconds, part, parts, arrival };
    const found = (await database.rows<OutcomeColumns>(outcomesSql(db, read), { ...stream })).map(outcomeRow);
    const rows = found.filter(row => wanted.has(row['hour'] as number));
    for (const row of rows) seen.add(row['hour'] as number);
    await database.insertRows(
      `${db}.performance`,
      rows.map(row => ({
        ...stream,
        ...row,
        part,
        generation: wanted.get(row['hour'] as number)!.generation,
      })),
    );
  }
  // Rows that were profiled and are gone now are past their keeping: what was counted of them stays.
  const done = run.filter(({ hour, rows }) => rows === 0 || seen.has(hour));
  await database.insertRows(
    `${db}.performance`,
    done.map(({ hour, generation }) => ({ ...stream, hour, version: '', part: commitPart, generation })),
  );
}

export type PerformanceStore = ReturnType<typeof createPerformanceStore>;
