import type { Finding, JudgedWindow, Verdict } from '../domain/finding.ts';
import type { Database } from './database.ts';
import { type FindingColumns, findingColumns, findingOf } from './finding-rows.ts';

interface FindingsQuery {
  readonly model: string;
  readonly environment: string;
  readonly windowEnd: number;
  readonly until?: number;
}

interface SpanQuery {
  readonly model: string;
  readonly environment: string;
  readonly windowEnd: number;
  /** Null: nothing is left out. */
  readonly loud: readonly Verdict[] | null;
}

interface FindingsSpan {
  readonly from: number;
  readonly to: number;
  readonly findings: number;
}

const end = '(toUnixTimestamp(window_start) + window_seconds)';
/** Granted by the end; the key knows starts alone. */
const begins = "window_start >= toDateTime({from:UInt32}, 'UTC')";
const stream = 'model = {model:String} AND environment = {environment:String}';
/** The longest window: what the last quiet window of each length said before the first loud one is remembered too. */
const week = 604_800;

/** The findings that alerts are decided on. */
export interface AlertFindings {
  /** Windows that ended at or after `windowEnd` and before `until` (epoch seconds) with their findings, in order of end,
   * then length. */
  findingsSince(query: FindingsQuery): Promise<readonly JudgedWindow[]>;
  /** Ends of the first and last window since `windowEnd`, leaving out what lies a week before the first loud verdict. */
  findingsSpan(query: SpanQuery): Promise<FindingsSpan | null>;
}

export function createAlertFindings(database: Database, db: string): AlertFindings {
  return {
    findingsSince: async ({ model, environment, windowEnd, until }) => {
      const rows = await database.rows<FindingColumns>(
        `SELECT ${findingColumns} FROM ${db}.findings FINAL WHERE ${stream} AND ${begins} AND ${end} >= {windowEnd:Int64}
           ${until === undefined ? '' : `AND ${end} < {until:Int64}`}
         ORDER BY ${end}, window_seconds, check, subject, version, segment`,
        { model, environment, windowEnd, from: Math.max(0, windowEnd - week), until: until ?? 0 },
      );
      return toWindows(rows.map(findingOf));
    },
    findingsSpan: async ({ model, environment, windowEnd, loud }) => {
      const span = async (where: string, since: number): Promise<FindingsSpan | null> => {
        const [row] = await database.rows<SpanRow>(
          `SELECT toString(min(${end})) AS first, toString(max(${end})) AS last, toString(count()) AS findings
           FROM ${db}.findings FINAL WHERE ${stream} AND ${begins} AND ${end} >= {since:Int64} ${where}`,
          { model, environment, since, from: Math.max(0, since - week), loud: [...(loud ?? [])] },
        );
        const findings = Number(row!.findings);
        return findings === 0 ? null : { from: Number(row!.first), to: Number(row!.last), findings };
      };
      if (loud === null) return span('', windowEnd);
      const first = await span('AND verdict IN {loud:Array(String)}', windowEnd);
      return first === null ? null : span('', Math.max(windowEnd, first.from - week));
    },
  };
}

interface SpanRow {
  readonly first: string;
  readonly last: string;
  readonly findings: string;
}

/** Findings that follow each other in order of window become windows. */
function toWindows(findings: readonly Finding[]): readonly JudgedWindow[] {
  const windows = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.windowStart}/${finding.windowSeconds}`;
    const known = windows.get(key);
    if (known === undefined) windows.set(key, [finding]);
    else known.push(finding);
  }
  return [...windows.values()].map(group => ({
    model: group[0]!.model,
    environment: group[0]!.environment,
    windowStart: group[0]!.windowStart,
    windowSeconds: group[0]!.windowSeconds,
    generation: group.reduce((most, f) => (f.generation > most ? f.generation : most), 0n),
    findings: group,
  }));
}
