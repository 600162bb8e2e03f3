/** How a thing stands. */
export const levels = ['ok', 'warn', 'fail'] as const;
export type Level = (typeof levels)[number];

/** One thing a support person would ask, with its answer and, unless it is fine, what to do. */
export interface DoctorLine {
  /** Heading it stands under. */
  readonly area: string;
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  /** '' where nothing is to be done. */
  readonly advice: string;
}

/** Writes lines of one area. */
export interface AreaLines {
  ok(check: string, text: string): DoctorLine;
  warn(check: string, text: string, advice: string): DoctorLine;
  fail(check: string, text: string, advice: string): DoctorLine;
}

export function linesOf(area: string): AreaLines {
  return {
    ok: (check, text) => ({ area, check, level: 'ok', text, advice: '' }),
    warn: (check, text, advice) => ({ area, check, level: 'warn', text, advice }),
    fail: (check, text, advice) => ({ area, check, level: 'fail', text, advice }),
  };
}

/** `1536` as `1.5 KiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** unit).toPrecision(3))} ${units[unit]}`;
}

/** A length of time as people say it: `3 s`, `5 min`, `2 h`, `4 days`. */
export function ageText(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** `3 topics`, `1 topic`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
