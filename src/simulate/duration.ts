import { usage } from './usage.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const whole = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const part = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** Milliseconds of `90s`, `5m`, `1h30m`, `250ms`, `2w`; null when the text is no duration. */
export function durationOf(text: string): number | null {
  if (!whole.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(part)) total += Number(count) * units[unit!]!;
  return total;
}

/** The same for an option. @throws LeewayError LW_USAGE */
export function parseDuration(text: string): number {
  const duration = durationOf(text);
  if (duration === null || duration <= 0)
    throw usage(`"${text}" is no duration: write it as 90s, 5m, 1h30m, 250ms or 2w.`);
  return duration;
}
