/** Where the marks of an episode lie on its track: pure, in per cent of the width. */
import type { Episode, EpisodeEvent, EventKind } from './alert-answers.ts';
import { stretch } from './format.ts';

/** The stretch of time that is drawn, epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Lanes from the top: what people said, what the alert did, what was ordered. */
export type Lane = 'people' | 'alert' | 'orders';

const lanes: Readonly<Record<EventKind, Lane>> = {
  acknowledged: 'people',
  unacknowledged: 'people',
  paused: 'people',
  resumed: 'people',
  opened: 'alert',
  announced: 'alert',
  extended: 'alert',
  reminded: 'alert',
  resolved: 'alert',
  'end-announced': 'alert',
  order: 'orders',
};

export const laneOf = (kind: EventKind): Lane => lanes[kind];

/** From the first episode shown to now, with a little room. */
export function spanOf(episodes: readonly Episode[], now: number): Span {
  const from = Math.min(now, ...episodes.map(one => Math.min(one.since, one.opened)));
  const last = Math.max(now, ...episodes.flatMap(one => one.events.map(({ at }) => at)));
  const room = Math.max(1_800_000, (last - from) * 0.02);
  return { from: from - room, to: last + room };
}

/** Place of a moment in the span, 0 to 100. */
export function place(span: Span, at: number): number {
  const share = (at - span.from) / (span.to - span.from);
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}

/** Marks of one lane, those that would lie on each other joined into one with a count. */
export interface Mark {
  readonly kind: EventKind;
  readonly x: number;
  readonly count: number;
}

/** How close two marks of a lane may come, per cent of the width. */
const apart = 1.4;

export function marksOf(events: readonly EpisodeEvent[], span: Span): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { kind, at } of events) {
    const x = place(span, at);
    const known = marks.findIndex(mark => mark.kind === kind && Math.abs(mark.x - x) < apart);
    if (known < 0) marks.push({ kind, x, count: 1 });
    else marks[known] = { ...marks[known]!, count: marks[known]!.count + 1 };
  }
  return marks;
}

/** The track in one sentence, for those who do not see it. */
export function trackWords(episode: Episode, now: number): string {
  const lasted = stretch((episode.resolved ?? now) - episode.since);
  const counts = new Map<EventKind, number>();
  for (const { kind } of episode.events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const others = [...counts]
    .filter(([kind]) => kind !== 'opened' && kind !== 'resolved')
    .map(([kind, n]) => (n === 1 ? kind : `${kind} ${n} times`));
  const state = episode.resolved === null ? `open for ${lasted}` : `lasted ${lasted}`;
  return [`Episode ${episode.episode} ${state}`, ...others].join(', ');
}
