import type { Finding, JudgedWindow } from '../domain/finding.ts';

/** A finding for tests: drift check of `feature:age`, stable, unless told otherwise. */
export function finding(over: Partial<Finding> = {}): Finding {
  return {
    model: 'churn',
    environment: 'prod',
    check: 'drift',
    subject: 'feature:age',
    version: '',
    segment: '',
    windowStart: 0,
    windowSeconds: 3600,
    generation: 1n,
    verdict: 'stable',
    calibration: 'calibrated',
    noiseVersion: 0,
    p: 0.5,
    alpha: 1e-5,
    effect: 0.01,
    effectLow: 0,
    effectHigh: 0.02,
    tolerance: 0.02,
    n: 1000,
    nReference: 5000,
    smallestDetectable: 0.05,
    baseline: 1,
    detail: {},
    sentence: 'a sentence',
    ...over,
  };
}

/** A judged window of these findings. Times in epoch seconds. */
export function judged(start: number, seconds: number, findings: readonly Partial<Finding>[]): JudgedWindow {
  const made = findings.map(over => finding({ ...over, windowStart: start, windowSeconds: seconds }));
  return {
    model: made[0]?.model ?? 'churn',
    environment: made[0]?.environment ?? 'prod',
    windowStart: start,
    windowSeconds: seconds,
    generation: made[0]?.generation ?? 1n,
    findings: made,
  };
}
