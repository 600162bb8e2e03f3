/**
 * One prediction of a model, as stored. Names and values are parallel arrays, which is how the store wants them.
 * A number that is not known is NaN, a text ''. Numbers are in base units (seconds, bytes).
 */
export interface Inference {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  readonly id: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** `payload` (the record's own time), `record` (the transport's), `server` (the clock at arrival). */
  readonly timeSource: 'payload' | 'record' | 'server';
  /** Numeric features; NaN and infinities are kept and counted as not-a-number. */
  readonly numNames: readonly string[];
  readonly numValues: readonly number[];
  /** Text and boolean features (booleans as 'true' and 'false'); numeric text stays text. */
  readonly catNames: readonly string[];
  readonly catValues: readonly string[];
  /** Numeric prediction, else NaN. */
  readonly prediction: number;
  /** Predicted class, else ''. */
  readonly predicted: string;
  readonly scoreNames: readonly string[];
  readonly scoreValues: readonly number[];
  readonly latencySeconds: number;
  /** HTTP-like status; 0 is unknown. */
  readonly status: number;
  readonly error: string;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly segmentNames: readonly string[];
  readonly segmentValues: readonly string[];
  readonly source: string;
  readonly position: string;
}

/** Length of a bucket, the unit in which rows are profiled. */
export const bucketSeconds = 300;

/** Start of the 5-minute bucket that holds `time` (epoch milliseconds), in epoch seconds. */
export function bucketOf(time: number): number {
  return Math.floor(time / 1000 / bucketSeconds) * bucketSeconds;
}
