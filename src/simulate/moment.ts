import { durationOf } from './duration.ts';
import { usage } from './usage.ts';

/** A moment of event time as people say it: a share of the run, so long after its start, or a time. */
export type Moment =
  | { readonly kind: 'share'; readonly share: number }
  | { readonly kind: 'after'; readonly milliseconds: number }
  | { readonly kind: 'at'; readonly time: number };

/** Event time of a run, epoch milliseconds; `to` is infinite when nobody said when it ends. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads `60%`, `2h` or an RFC 3339 time. @throws LeewayError LW_USAGE */
export function parseMoment(text: string): Moment {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent !== null && Number(percent[1]) <= 100)
    return { kind: 'share', share: Number(percent[1]) / 100 };
  const milliseconds = text === '0' ? 0 : durationOf(text);
  if (milliseconds !== null) return { kind: 'after', milliseconds };
  const time = timeOf(text);
  if (time !== null) return { kind: 'at', time };
  throw usage(
    `"${text}" is no moment: write 60% (of the run), 2h (of event time after its start) or 2026-11-21T10:00:00Z.`,
  );
}

/** Epoch milliseconds of an RFC 3339 time or a date (its midnight, UTC); null when it is none. */
export function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

/** The moment in a run. @throws LeewayError LW_USAGE for a share of a run without an end. */
export function momentIn(moment: Moment, { from, to }: Span): number {
  if (moment.kind === 'at') return moment.time;
  if (moment.kind === 'after') return from + moment.milliseconds;
  if (moment.share === 0) return from;
  if (!Number.isFinite(to))
    throw usage('A moment in per cent needs a run with an end: give --run-time, or --once with a rate.');
  return from + (to - from) * moment.share;
}
