import { createHash } from 'node:crypto';
import type { JudgedWindow } from '../domain/finding.ts';
import type { LengthState, Memory, PastWindows } from './memory.ts';
import { withLength } from './memory.ts';
import type { Policy } from './policy.ts';
import type { Reading } from './reading.ts';

const nothing: PastWindows = { from: 0, seen: [], by: {}, last: '', brought: false };

interface Noted {
  readonly window: JudgedWindow;
  readonly reading: Reading;
  readonly policy: Policy;
  readonly promotion: number | null;
}

/** How long ago a window may have ended to be decided on again, seconds. */
export function reachOf({ longPast }: Pick<Policy, 'longPast'>, seconds: number): number {
  return Math.max(longPast / 1000, seconds);
}

/** With what a window said, decided on in its turn, noted beside those before it. */
export function notePast(memory: Memory, noted: Noted): Memory {
  const { window, reading, policy, promotion } = noted;
  const seconds = window.windowSeconds;
  const end = window.windowStart + seconds;
  const known = memory.past[seconds] ?? nothing;
  const since = end - reachOf(policy, seconds);
  const held = memory.lengths[seconds]?.held ?? [];
  const before = Object.entries(known.by).filter(([, at]) => at >= since && at !== end);
  const own: Record<string, number> = {};
  const holding = reading.held.filter(name => held.includes(name));
  for (const key of [...pagingKeys(reading), ...holding]) own[key] = end;
  const past: PastWindows = {
    from: promotion === null ? known.from : Math.max(known.from, promotion / 1000 + seconds - 1),
    seen: within(withSeen(known.seen, end, reading.status === 'page' ? 1 : 0), since, policy.when.of),
    by: { ...Object.fromEntries(before), ...own },
    last: inShort(end, reading),
    brought: false,
  };
  return closeReleased({ ...memory, past: { ...memory.past, [seconds]: past } });
}

/**
 * Whether the last window of its length, judged again, says what it said, and an older one has brought something since:
 * it is no clear window after that one.
 */
export function saysTheSame(memory: Memory, { window, reading }: Pick<Noted, 'window' | 'reading'>): boolean {
  const { last, brought } = memory.past[window.windowSeconds] ?? nothing;
  return brought && last === inShort(window.windowStart + window.windowSeconds, reading);
}

function inShort(end: number, { status, held, unknown }: Reading): string {
  const text = JSON.stringify([end, status, held, unknown]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** What another length has ended is not brought back by windows from before. */
function closeReleased(memory: Memory): Memory {
  const each = Object.entries(memory.past).map(([seconds, past]) => {
    const length = memory.lengths[seconds];
    return [seconds, length?.released ? { ...past, from: Math.max(past.from, length.lastEnd) } : past];
  });
  return { ...memory, past: Object.fromEntries(each) as Memory['past'] };
}

/** What paged belongs to an episode that is over. */
export function overPast(memory: Memory): Memory {
  const each = Object.entries(memory.past).map(([seconds, past]) => [
    seconds,
    { ...past, seen: past.seen.map(([end, paged]) => [end, paged === 0 ? 0 : 2]) },
  ]);
  return { ...memory, past: Object.fromEntries(each) as Memory['past'] };
}

/** What a window says now that it did not say when it was decided on. */
export interface News {
  /** Whether it pages for the first time, outside of an episode that is over. */
  readonly pages: boolean;
  /** What pages by it and by no newer window; what it held last, and does not any more. */
  readonly fresh: readonly string[];
  readonly gone: readonly string[];
}

/** What a window that is older than the last of its length says now; null when nothing that counts. */
export function newsOf(memory: Memory, { window, reading }: Pick<Noted, 'window' | 'reading'>): News | null {
  const seconds = window.windowSeconds;
  const end = window.windowStart + seconds;
  const { seen, by } = memory.past[seconds] ?? nothing;
  const said = seen.find(([at]) => at === end)?.[1] ?? 0;
  const firing = memory.state === 'firing';
  const over = seen.some(([at, paged]) => paged === 2 && at >= end);
  const pages = reading.status === 'page' && said === 0 && !over;
  const fresh = firing && !over ? pagingKeys(reading).filter(key => (by[key] ?? 0) < end) : [];
  const stays = (key: string) => reading.held.includes(key) || reading.unknown.includes(key);
  const held = memory.lengths[seconds]?.held ?? [];
  const gone = firing ? held.filter(key => by[key] === end && !stays(key)) : [];
  const takes = said === 1 && reading.status !== 'page' && reading.status !== 'none';
  const quiet = !pages && fresh.length === 0 && gone.length === 0 && !takes;
  return quiet ? null : { pages, fresh, gone };
}

/**
 * The memory in which such a window says what it says now. What it brings counts as the newest that is known, so that it
 * takes as many clear windows as ever to end it; what it takes back counts as one clear window.
 */
export function foldNews(
  memory: Memory,
  { window, reading, policy }: Omit<Noted, 'promotion'>,
  news: News,
): Memory {
  const seconds = window.windowSeconds;
  const end = window.windowStart + seconds;
  const known = memory.lengths[seconds]!;
  const past = memory.past[seconds] ?? nothing;
  const paged = reading.status === 'page' ? 1 : 0;
  const seen = withSeen(past.seen, end, paged);
  const open = memory.state === 'firing' || opensBy({ ...past, seen }, end, policy);
  const brought = open
    ? memory.state === 'firing'
      ? news.fresh
      : news.pages
        ? pagingKeys(reading)
        : []
    : [];
  const amend = <S extends LengthState>(state: S) => amended(state, { window, news, brought, paged, policy });
  const by = Object.fromEntries([
    ...Object.entries(past.by).filter(([key]) => !news.gone.includes(key)),
    ...pagingKeys(reading).map(key => [key, Math.max(past.by[key] ?? 0, end)] as const),
  ]);
  const next = withLength(memory, seconds, {
    ...amend(known),
    prior: known.prior && amend(known.prior),
  });
  return {
    ...next,
    past: { ...memory.past, [seconds]: { ...past, seen, by, brought: past.brought || brought.length > 0 } },
  };
}

interface Amendment {
  readonly window: JudgedWindow;
  readonly news: News;
  readonly brought: readonly string[];
  readonly paged: 0 | 1;
  readonly policy: Policy;
}

function amended<S extends LengthState>(state: S, of: Amendment): S {
  const { window, news, brought, paged, policy } = of;
  const end = window.windowStart + window.windowSeconds;
  const clears: Record<string, number> = { ...state.clears };
  for (const key of brought) delete clears[key];
  for (const key of news.gone) if (state.held.includes(key)) clears[key] = (clears[key] ?? 0) + 1;
  const ended = (key: string) => news.gone.includes(key) && (clears[key] ?? 0) >= policy.resolveWindows;
  const held = [...new Set([...state.held, ...brought])].filter(key => !ended(key)).sort();
  const rests = brought.length > 0 && (state.held.length === 0 || state.end < end);
  return {
    ...state,
    ...(rests ? { start: window.windowStart, end, status: 'page' } : {}),
    held,
    clears: Object.fromEntries(Object.entries(clears).filter(([key]) => held.includes(key))),
    recent: amendedRecent(state.recent, [end, paged], policy.when.of),
  };
}

function amendedRecent(
  recent: LengthState['recent'],
  [end, paged]: readonly [number, 0 | 1],
  of: number,
): LengthState['recent'] {
  const others = recent.filter(([at]) => at !== end);
  return [...others, [end, paged] as const].sort(([a], [b]) => a - b).slice(-of);
}

/** Whether enough of some windows in a row, it among them, page. */
function opensBy({ seen, from }: PastWindows, end: number, { when }: Policy): boolean {
  const counting = seen.filter(([at]) => at > from);
  const place = counting.findIndex(([at]) => at === end);
  return counting.some((_, i) => {
    const run = counting.slice(i, i + when.of);
    const holds = i <= place && place < i + when.of;
    return holds && run.filter(([, paged]) => paged === 1).length >= when.windows;
  });
}

function withSeen(seen: PastWindows['seen'], end: number, paged: 0 | 1): PastWindows['seen'] {
  const before = seen.find(([at]) => at === end)?.[1];
  const said = before === 2 ? 2 : paged;
  return [...seen.filter(([at]) => at !== end), [end, said] as const].sort(([a], [b]) => a - b);
}

/**
 * The windows that can be judged again, and those beside which they count. Where each counts by itself, quiet ones are
 * as if they had not been seen: a process that takes over has not seen those from before anything was found.
 */
function within(seen: PastWindows['seen'], since: number, of: number): PastWindows['seen'] {
  const old = seen.filter(([end]) => end < since);
  const young = seen.slice(old.length);
  return of > 1 ? [...old.slice(1 - of), ...young] : young.filter(([, paged]) => paged !== 0);
}

function pagingKeys({ paging }: Reading): readonly string[] {
  return paging.map(({ check, subject }) => `${check} ${subject}`);
}
