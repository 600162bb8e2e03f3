import { parseTime } from './time.ts';

/** Width of equal buckets, strictly increasing edges, or the day of a date. */
export type BucketWidth = number | readonly number[] | 'day';

/**
 * The bucket a value lies in; undefined when it lies in none, so that what a rule does not understand is not kept.
 * A width gives the lower end of the bucket, edges give words, `day` gives `2026-11-21`.
 *
 * @example
 * bucketValue(47, 10) // => 40
 * bucketValue(47, [18, 65]) // => '18 to 65'
 */
export function bucketValue(
  value: string | number | bigint | boolean,
  width: BucketWidth,
): string | number | undefined {
  if (width === 'day') return dayOf(value);
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) return number;
  return typeof width === 'number' ? lowerEnd(number, width) : between(number, width);
}

/** Without the binary fraction that the product of a count and a width of 0.1 leaves. */
function lowerEnd(value: number, width: number): number {
  const low = Math.floor(value / width) * width;
  return Number.isFinite(low) ? Number(low.toPrecision(12)) : Math.sign(value) * Infinity;
}

function between(value: number, edges: readonly number[]): string {
  const at = edges.findIndex(edge => value < edge);
  if (at === 0) return `below ${edges[0]}`;
  return at < 0 ? `${edges.at(-1)} and above` : `${edges[at - 1]} to ${edges[at]}`;
}

/** The day of a date: the first ten characters of a text that begins with one, the UTC day of an epoch number. */
function dayOf(value: string | number | bigint | boolean): string | undefined {
  if (typeof value === 'string') {
    const day = /^\d{4}-\d{2}-\d{2}(?=$|[Tt ])/.exec(value)?.[0];
    return day !== undefined && !Number.isNaN(parseTime(`${day}T00:00:00Z`)) ? day : undefined;
  }
  const time = typeof value === 'number' ? parseTime(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}
