/** Where event times come from; all times epoch milliseconds. */
export type ReplayTimes =
  /** Row i of n at `from + (to - from) * i / n`. */
  | { readonly kind: 'even' }
  /** A column's own times, [first, last] stretched onto [from, to): the gaps between rows keep their proportions. */
  | { readonly kind: 'column'; readonly column: string; readonly first: number; readonly last: number }
  /** The rows' own times as they are; one later than the end counts as just before it. */
  | { readonly kind: 'own'; timeOf(values: Readonly<Record<string, unknown>>): number | null };

export interface ReplayPeriod {
  readonly from: number;
  readonly to: number;
  readonly rowCount: number;
}

/**
 * Event time of the row with this index in the replay, inside [from, to) (own times may lie before). Null when the row
 * has no time.
 *
 * @example
 * replayTime({ kind: 'even' }, { from: 0, to: 1000, rowCount: 4 }, 1, {}) // 250
 */
export function replayTime(
  times: ReplayTimes,
  period: ReplayPeriod,
  index: number,
  values: Readonly<Record<string, unknown>>,
): number | null {
  const { from, to } = period;
  const within = (share: number) => Math.min(to - 1, Math.max(from, Math.floor(from + (to - from) * share)));
  if (times.kind === 'even') return within(index / period.rowCount);
  if (times.kind === 'own') {
    const own = times.timeOf(values);
    return own === null ? null : Math.min(to - 1, own);
  }
  const time = epochOf(values[times.column]);
  if (time === null) return null;
  // A plain shift is exact to the millisecond.
  if (times.last - times.first === to - from)
    return Math.min(to - 1, Math.max(from, time - times.first + from));
  return within(times.last > times.first ? (time - times.first) / (times.last - times.first) : 0);
}

/** Epoch milliseconds of a time as files hold it: milliseconds, or text (no zone means UTC); null when it is neither. */
export function epochOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string') return null;
  const text = value.trim().replace(' ', 'T');
  const hasZone = /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  const time = Date.parse(hasZone ? text : text.length === 10 ? text : `${text}Z`);
  return Number.isNaN(time) ? null : time;
}
