import type { Finding } from '../domain/finding.ts';
import type { Database } from './database.ts';
import { type FindingColumns, findingColumns, findingOf } from './finding-rows.ts';

/** Which findings are wanted; what is left out does not matter. Times in epoch seconds. */
export interface FindingFilter {
  readonly model: string;
  readonly environment?: string;
  readonly check?: string;
  readonly subject?: string;
  /** '' (all versions together) unless given. */
  readonly version?: string;
  readonly windowSeconds?: number;
  /** Windows that end after this. */
  readonly from?: number;
  /** Windows that end at or before this. */
  readonly to?: number;
  /** Newest windows first; 1,000 findings unless given, at most 100,000. */
  readonly limit?: number;
}

export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** Findings written in one insert, hence one part: never half a window of them. */
const insertRows = 5000;
const defaultLimit = 1000;
const largestLimit = 100_000;

const windowEnd = '(toUnixTimestamp(window_start) + window_seconds)';

/** Writes and reads findings. A finding judged again replaces the one before; two equal writes are one row. */
export function createFindingStore(database: Database, db = 'leeway') {
  const select = async (where: string, order: string, params: Readonly<Record<string, string | number>>) => {
    const rows = await database.rows<FindingColumns>(
      `SELECT ${findingColumns} FROM ${db}.findings FINAL WHERE ${where} ORDER BY ${order}`,
      params,
    );
    return rows.map(findingOf);
  };
  return {
    /** Stores findings; those of one window go in together, so a crash leaves all of them or none. */
    write: async (findings: readonly Finding[]): Promise<void> => {
      for (const group of groupsOf(findings))
        await database.insertRows(`${db}.findings`, group.map(columnsOf));
    },

    /**
     * Windows that ended after `from` (epoch seconds) and have findings, in order; `generation` is null when a window
     * was only found blind or could not be judged.
     */
    ledger: async ({ model, environment }: Stream, from: number) => {
      const rows = await database.rows<LedgerColumns>(
        `SELECT toUnixTimestamp(window_start) AS start, window_seconds, toUInt8(max("check" = 'volume')) AS judged,
           toUInt8(max(verdict = 'failed')) AS failed, toString(maxIf(generation, "check" = 'volume')) AS gen, argMax(baseline, ("check" = 'volume', generation)) AS by
         FROM ${db}.findings WHERE model = {model:String} AND environment = {environment:String}
           AND "check" IN ('volume', 'blind') AND version = '' AND segment = '' AND ${windowEnd} > {from:Int64}
         GROUP BY window_start, window_seconds ORDER BY window_start, window_seconds`,
        { model, environment, from },
      );
      return rows.map(row => ({
        windowStart: Number(row.start),
        windowSeconds: Number(row.window_seconds),
        generation: Number(row.judged) === 1 ? BigInt(row.gen) : null,
        baseline: Number(row.by),
        ...(Number(row.failed) === 1 ? { failed: true } : {}),
      }));
    },

    /** Findings by filter, newest window first. */
    list: (filter: FindingFilter): Promise<readonly Finding[]> => {
      const { where, params } = conditionsOf(filter);
      const limit = Math.min(largestLimit, Math.max(1, Math.floor(filter.limit ?? defaultLimit)));
      const order = `${windowEnd} DESC, window_seconds, "check", subject, environment LIMIT ${limit}`;
      return select(where, order, params);
    },

    /**
     * Findings of the newest window of each length of every stream, over all versions together: one statement however
     * many models there are. Every window that was looked at has a finding of volume or of blind.
     */
    newest: (): Promise<readonly Finding[]> =>
      select(
        `version = '' AND segment = '' AND (model, environment, window_seconds, window_start) IN (
           SELECT model, environment, window_seconds, max(window_start) FROM ${db}.findings
           WHERE "check" IN ('volume', 'blind') AND version = '' AND segment = ''
           GROUP BY model, environment, window_seconds)`,
        'model, environment, window_seconds, "check", subject',
        {},
      ),
  };
}

function conditionsOf(filter: FindingFilter): {
  readonly where: string;
  readonly params: Readonly<Record<string, string | number>>;
} {
  const params: Record<string, string | number> = { model: filter.model, version: filter.version ?? '' };
  const where = ['model = {model:String}', 'version = {version:String}', "segment = ''"];
  const also = (name: string, value: string | number | undefined, condition: string) => {
    if (value === undefined) return;
    params[name] = value;
    where.push(condition);
  };
  also('environment', filter.environment, 'environment = {environment:String}');
  also('check', filter.check, '"check" = {check:String}');
  also('subject', filter.subject, 'subject = {subject:String}');
  also('seconds', filter.windowSeconds, 'window_seconds = {seconds:UInt32}');
  also('from', filter.from, `${windowEnd} > {from:Int64}`);
  also('to', filter.to, `${windowEnd} <= {to:Int64}`);
  return { where: where.join(' AND '), params };
}

/** Inserts of some thousand findings, cut between windows. */
function groupsOf(findings: readonly Finding[]): Finding[][] {
  const groups: Finding[][] = [];
  let window: Finding | null = null;
  for (const finding of findings) {
    const group = groups.at(-1);
    const same =
      window !== null &&
      window.windowStart === finding.windowStart &&
      window.windowSeconds === finding.windowSeconds &&
      window.model === finding.model &&
      window.environment === finding.environment;
    if (group === undefined || (group.length >= insertRows && !same)) groups.push([finding]);
    else group.push(finding);
    window = finding;
  }
  return groups;
}

function columnsOf(finding: Finding): Readonly<Record<string, unknown>> {
  return {
    model: finding.model,
    environment: finding.environment,
    check: finding.check,
    subject: finding.subject,
    version: finding.version,
    segment: finding.segment,
    window_start: finding.windowStart,
    window_seconds: finding.windowSeconds,
    generation: finding.generation,
    verdict: finding.verdict,
    calibration: finding.calibration,
    noise_version: finding.noiseVersion,
    p: finding.p,
    alpha: finding.alpha,
    effect: finding.effect,
    effect_low: finding.effectLow,
    effect_high: finding.effectHigh,
    tolerance: finding.tolerance,
    n: finding.n,
    n_reference: finding.nReference,
    smallest_detectable: finding.smallestDetectable,
    baseline: finding.baseline,
    detail: JSON.stringify(finding.detail),
    sentence: finding.sentence,
  };
}

interface LedgerColumns {
  readonly start: number;
  readonly window_seconds: number;
  readonly judged: number;
  readonly failed: number;
  readonly gen: string;
  readonly by: number;
}
