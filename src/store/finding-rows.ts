import type { Calibration, Finding, Verdict } from '../domain/finding.ts';

/** Columns of `findings` as every reader selects them; `findingOf` turns a row of them into a finding. */
export const findingColumns = `model, environment, "check", subject, version, segment, toUnixTimestamp(window_start) AS start, window_seconds,
  toString(generation) AS gen, verdict, calibration, noise_version, p, alpha, effect, effect_low, effect_high, tolerance,
  n, n_reference, smallest_detectable, baseline, detail, sentence`;

/** A row of `findingColumns`. */
export interface FindingColumns {
  readonly model: string;
  readonly environment: string;
  readonly check: string;
  readonly subject: string;
  readonly version: string;
  readonly segment: string;
  readonly start: number;
  readonly window_seconds: number;
  readonly gen: string;
  readonly verdict: Verdict;
  readonly calibration: Calibration;
  readonly noise_version: number;
  readonly p: number | null;
  readonly alpha: number | null;
  readonly effect: number | null;
  readonly effect_low: number | null;
  readonly effect_high: number | null;
  readonly tolerance: number | null;
  readonly n: string;
  readonly n_reference: string;
  readonly smallest_detectable: number | null;
  readonly baseline: number;
  readonly detail: string;
  readonly sentence: string;
}

/** NaN comes as null, 64-bit integers as text. */
export function findingOf(row: FindingColumns): Finding {
  const number = (value: number | null) => value ?? Number.NaN;
  return {
    model: row.model,
    environment: row.environment,
    check: row.check,
    subject: row.subject,
    version: row.version,
    segment: row.segment,
    windowStart: Number(row.start),
    windowSeconds: Number(row.window_seconds),
    generation: BigInt(row.gen),
    verdict: row.verdict,
    calibration: row.calibration,
    noiseVersion: Number(row.noise_version),
    p: number(row.p),
    alpha: number(row.alpha),
    effect: number(row.effect),
    effectLow: number(row.effect_low),
    effectHigh: number(row.effect_high),
    tolerance: number(row.tolerance),
    n: Number(row.n),
    nReference: Number(row.n_reference),
    smallestDetectable: number(row.smallest_detectable),
    baseline: Number(row.baseline),
    detail: JSON.parse(row.detail) as Readonly<Record<string, unknown>>,
    sentence: row.sentence,
  };
}
