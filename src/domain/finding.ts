/** What was concluded. Never a null, never silence: what cannot be judged says why. */
export const verdicts = [
  'drift',
  'stable',
  'insufficient',
  'learning',
  'no-data',
  'blind',
  'failed',
] as const;
export type Verdict = (typeof verdicts)[number];

/** How far the noise of the stream is known. */
export const calibrations = ['learning', 'provisional', 'calibrated'] as const;
export type Calibration = (typeof calibrations)[number];

/**
 * One check on one window: a row of table `findings`, and everything a person needs to check it.
 * Its key is (model, environment, check, subject, version, segment, windowSeconds, windowStart); a later generation
 * of the same key replaces it.
 */
export interface Finding {
  readonly model: string;
  readonly environment: string;
  /** `drift`, `missing`, `unseen`, `schema`, `latency`, `errors`, `size`, `volume`, `blind`, ... */
  readonly check: string;
  /** `feature:age`, `prediction`, `score:yes`, `latency`, `status`, or '' for a check on the whole stream. */
  readonly subject: string;
  readonly version: string;
  readonly segment: string;
  /** Epoch seconds. */
  readonly windowStart: number;
  readonly windowSeconds: number;
  /** Highest profile generation the judgement has seen; 0 when there was nothing to read. */
  readonly generation: bigint;
  readonly verdict: Verdict;
  readonly calibration: Calibration;
  /** Version of the fitted noise model used; 0 is none. */
  readonly noiseVersion: number;
  /** NaN where the check has no p. */
  readonly p: number;
  readonly alpha: number;
  readonly effect: number;
  readonly effectLow: number;
  readonly effectHigh: number;
  readonly tolerance: number;
  readonly n: number;
  readonly nReference: number;
  readonly smallestDetectable: number;
  /** Baseline it was judged by; 0 is none. */
  readonly baseline: number;
  /** Check-specific numbers (quantiles, method, components); plain JSON. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** One plain sentence with the numbers. */
  readonly sentence: string;
}

/** All findings of one window of one model and environment: what detect hands to act. */
export interface JudgedWindow {
  readonly model: string;
  readonly environment: string;
  readonly windowStart: number;
  readonly windowSeconds: number;
  readonly generation: bigint;
  readonly findings: readonly Finding[];
}
