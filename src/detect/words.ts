import type { Window } from '../domain/window.ts';

/** A number as people read it: three significant digits, no exponent in the everyday range. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  return String(Number(value.toPrecision(3)));
}

/** A count with thousands separated: 12,408. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share as a percentage: 0.0312 is 3.12 %. */
export function percentText(share: number): string {
  return `${numberText(share * 100)} %`;
}

/** Seconds as milliseconds or seconds. */
export function secondsText(seconds: number): string {
  return seconds < 1 ? `${numberText(seconds * 1000)} ms` : `${numberText(seconds)} s`;
}

/** A subject as people call it: `feature:age` is age. */
export function subjectText(subject: string): string {
  return shortText(subject.startsWith('feature:') ? subject.slice(8) : subject);
}

/** A name that came with the data, cut to fit a sentence. */
export function shortText(name: string): string {
  return name.length > 60 ? `${name.slice(0, 57)}...` : name;
}

/** Length of a window in hours: 6 h. */
export function lengthText(window: Window): string {
  return `${(window.end - window.start) / 3600} h`;
}
