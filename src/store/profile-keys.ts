import type { Params } from './database.ts';
import { seconds } from './row-reads.ts';

/** Rows of one model in one environment. */
export interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** A stream seen through one baseline. */
export interface StreamBaseline extends Stream {
  readonly baseline: number;
}

export const ofStream = 'model = {model:String} AND environment = {environment:String}';
export const ofBaseline = `${ofStream} AND baseline = {baseline:UInt32}`;

/** Values for the placeholders of `ofStream` and `ofBaseline`. */
export function paramsOf(of: Stream | StreamBaseline): Params {
  const { model, environment } = of;
  return 'baseline' in of ? { model, environment, baseline: of.baseline } : { model, environment };
}

/** Newest recorded generation of every bucket of a grain. */
export function validRuns(db: string, grain: number): string {
  return `SELECT bucket, max(generation) AS generation FROM ${db}.profile_runs
    WHERE ${ofBaseline} AND grain = ${seconds(grain)} GROUP BY bucket`;
}

/** Start of the hour or day of `bucket`, as a number of seconds. */
export function startOf(grain: 3600 | 86400): string {
  return `intDiv(toUnixTimestamp(bucket), ${grain}) * ${grain}`;
}
