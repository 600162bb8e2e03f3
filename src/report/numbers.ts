import type { Measured, Seen } from './comparison.ts';

/** A number as people read it: four significant digits at most, no exponent in the everyday range. */
export function numberText(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'unknown' : value > 0 ? 'infinity' : '-infinity';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.0001 || size >= 1e9) return shortExponent(value.toExponential(digits - 1));
  const rounded = Number(value.toPrecision(digits));
  return size >= 10_000 ? Math.round(value).toLocaleString('en-US') : String(rounded);
}

/** A probability: two digits, exponents when it is small; the smallest ones are only known to be smaller. */
export function probabilityText(p: number): string {
  if (!Number.isFinite(p)) return 'unknown';
  if (p <= 1e-300) return '< 1e-300';
  if (p >= 0.001) return String(Number(p.toPrecision(2)));
  return shortExponent(p.toExponential(1));
}

/** A count with thousands separated. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** A share as a percentage: 0.0312 is 3.1 %. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (!Number.isFinite(percent)) return 'unknown';
  if (percent === 0) return '0 %';
  if (Math.abs(percent) < 0.01) return `${shortExponent(percent.toExponential(0))} %`;
  return `${Number(percent.toPrecision(Math.abs(percent) >= 99.95 ? 3 : 2))} %`;
}

function shortExponent(text: string): string {
  return text.replace(/\.?0*e/, 'e').replace('e+', 'e');
}

/** Values that could not be used: missing ones, those that are no numbers, and texts among numbers. */
export function unusable({ missing, notNumbers, mismatches }: Seen): number {
  return missing + notNumbers + mismatches;
}

/** Their share of all rows. */
export function unusableShare(seen: Seen): number {
  return seen.rows === 0 ? 0 : unusable(seen) / seen.rows;
}

/** Where the rows moved, in the column's units: "between 1 and 3", "the value 1"; '' when it is not known. */
export function intervalText({
  interval,
  category,
  values,
}: Pick<Measured, 'interval' | 'category' | 'values'>): string {
  if (category !== null) return `"${category}"`;
  if (values !== null) return valuesText(values);
  if (interval === null) return '';
  const { low, high } = interval;
  if (low === null) return high === null ? '' : `below ${numberText(high)}`;
  if (high === null) return `above ${numberText(low)}`;
  const same = numberText(low) === numberText(high);
  return same ? `at ${numberText(low)}` : `between ${numberText(low)} and ${numberText(high)}`;
}

/** "the value 1", "the values 1 and 2", "the values 2 to 4". */
function valuesText(values: readonly number[]): string {
  const [first, last] = [numberText(values[0]!), numberText(values.at(-1)!)];
  if (values.length === 1) return `the value ${first}`;
  return `the values ${first} ${values.length === 2 ? 'and' : 'to'} ${last}`;
}
