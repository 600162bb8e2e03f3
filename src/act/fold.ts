import type { JudgedWindow } from '../domain/finding.ts';
import {
  emptyLength,
  type LengthMemory,
  type LengthState,
  type Memory,
  pagesOf,
  withLength,
} from './memory.ts';
import type { Policy } from './policy.ts';
import type { Reading } from './reading.ts';

/** Notes a window that says nothing of the alert: what it rests on stays. */
export function noteWindow(
  memory: Memory,
  window: JudgedWindow,
  trouble: Pick<Reading, 'doubts' | 'inhibitors'>,
): Memory {
  const { known, end, base } = lastOf(memory, window);
  return withLength(memory, window.windowSeconds, {
    ...known,
    doubts: trouble.doubts,
    inhibitors: trouble.inhibitors,
    lastEnd: end,
    released: false,
    prior: base,
  });
}

/** Notes a window that could be judged, and which lengths hold the episode after it. */
export function foldWindow(
  memory: Memory,
  of: {
    readonly window: JudgedWindow;
    readonly reading: Reading;
    readonly policy: Policy;
    readonly promotion: number | null;
  },
): Memory {
  const { window, reading, policy, promotion } = of;
  const seconds = window.windowSeconds;
  const { known, end, again, ...last } = lastOf(memory, window);
  const base = again ? takenBack(known, last.base, reading) : last.base;
  const pages = reading.status === 'page';
  const recent: LengthState['recent'] = [...base.recent, [end, pages ? 1 : 0] as const].slice(
    -policy.when.of,
  );
  // While an episode is open any paging window holds it; to open one takes k of n.
  const open = memory.state === 'firing' && (!again || base.open || known.held.length > 0);
  const holds = pages && (open || pagesOf({ recent }) >= policy.when.windows);
  const before = open ? [...new Set([...base.held, ...(again ? known.held : [])])] : [];
  // What is held by windows from before a promotion ends with the first that is clear: the yardstick is another.
  const superseded = promotion !== null && base.held.length > 0 && base.start * 1000 < promotion;
  const enough = superseded ? 1 : policy.resolveWindows;
  const left = remaining({ before, base, reading, enough });
  const held = holds || before.length > 0 ? [...new Set([...reading.held, ...Object.keys(left)])].sort() : [];
  // A hold that is only carried on stays as old as what it rests on.
  const rests = reading.held.length > 0 || held.length === 0;
  const clears = Object.fromEntries(Object.entries(left).filter(([, count]) => count > 0));
  const next = withLength(memory, seconds, {
    lastEnd: end,
    start: rests ? window.windowStart : base.start,
    end: rests ? end : base.end,
    status: reading.status === 'none' ? base.status : reading.status,
    held,
    clears,
    recent,
    doubts: reading.doubts,
    inhibitors: reading.inhibitors,
    released: false,
    paged: pages ? end : known.paged,
    checks: [...new Set(reading.paging.map(({ check }) => check))].sort(),
    prior: base,
  });
  return reading.status === 'clear' ? releaseOthers(next, window, reading, promotion) : next;
}

/** What is known of the window's length, and as of before the window when it is judged again. */
function lastOf(memory: Memory, window: JudgedWindow) {
  const known = memory.lengths[window.windowSeconds] ?? emptyLength;
  const end = window.windowStart + window.windowSeconds;
  const again = end === known.lastEnd && known.prior !== null;
  const { start, end: restsOn, status, held, clears, recent } = known;
  const open = memory.state === 'firing';
  const now = { start, end: restsOn, status, held, clears, recent, open };
  return { known, end, again, base: again ? known.prior! : now };
}

/**
 * Where the same window judged again starts from. What it confirmed before, and late data takes back, still holds, and
 * this is the first window that is clear: a source that lags must not make an alert flap.
 */
function takenBack<B extends LengthState>(known: LengthMemory, base: B, reading: Reading): B {
  const said = (key: string) => reading.held.includes(key) || reading.unknown.includes(key);
  const gone = known.held.filter(key => known.clears[key] === undefined && !said(key));
  if (gone.length === 0) return base;
  const clears = Object.fromEntries(Object.entries(base.clears).filter(([key]) => !gone.includes(key)));
  const { start, end } = known;
  return { ...base, start, end, held: [...new Set([...base.held, ...gone])].sort(), clears };
}

/** What still holds, with the windows in a row each has been clear; what could not be judged stays as it is. */
function remaining(of: {
  readonly before: readonly string[];
  readonly base: LengthState;
  readonly reading: Reading;
  readonly enough: number;
}): Readonly<Record<string, number>> {
  const { before, base, reading, enough } = of;
  const left: Record<string, number> = {};
  for (const key of before) {
    const clear = base.clears[key] ?? 0;
    if (reading.held.includes(key)) left[key] = 0;
    else if (reading.unknown.includes(key)) left[key] = clear;
    else if (clear + 1 < enough) left[key] = clear + 1;
  }
  return left;
}

/**
 * A clear window also releases other lengths: those held only by windows from before the promotion, and shorter ones
 * whose holding window it follows (a longer window sees more, and the short ones may never be conclusive again).
 */
function releaseOthers(
  memory: Memory,
  window: JudgedWindow,
  reading: Reading,
  promotion: number | null,
): Memory {
  let next = memory;
  for (const [key, length] of Object.entries(memory.lengths)) {
    const seconds = Number(key);
    const superseded = promotion !== null && length.start * 1000 < promotion;
    const outlasted = seconds < window.windowSeconds && length.end <= window.windowStart;
    if (seconds === window.windowSeconds || length.held.length === 0 || !(superseded || outlasted)) continue;
    next = withLength(
      next,
      seconds,
      without(length, name => !reading.unknown.includes(name)),
    );
  }
  return next;
}

/** Without the holds that nothing has confirmed for too long. */
export function lapsed(memory: Memory, end: number, policy: Policy): Memory {
  let next = memory;
  for (const [key, length] of Object.entries(memory.lengths)) {
    if (length.held.length > 0 && (end - length.end) * 1000 > policy.lapse)
      next = withLength(
        next,
        Number(key),
        without(length, () => true),
      );
  }
  return next;
}

/** Without what paged in windows that began before a promotion: another baseline judges now. */
export function forgetBefore(memory: Memory, promotion: number | null): Memory {
  if (promotion === null) return memory;
  return withRecent(memory, (recent, seconds) =>
    recent.filter(([end]) => (end - seconds) * 1000 >= promotion),
  );
}

/** Without what paged in an episode that is over. */
export function forgetEpisode(memory: Memory): Memory {
  const lengths = Object.entries(memory.lengths).map(([key, length]) => {
    const recent = length.recent.slice(-1).filter(([, paged]) => paged === 0);
    return [key, { ...length, recent, prior: length.prior && { ...length.prior, recent: [] } }];
  });
  return { ...memory, lengths: Object.fromEntries(lengths) as Memory['lengths'] };
}

function withRecent(
  memory: Memory,
  of: (recent: LengthState['recent'], seconds: number) => LengthState['recent'],
): Memory {
  const lengths = Object.entries(memory.lengths).map(([key, length]) => {
    const { recent, prior } = length;
    const before = prior && { ...prior, recent: of(prior.recent, Number(key)) };
    return [key, { ...length, recent: of(recent, Number(key)), prior: before }];
  });
  return { ...memory, lengths: Object.fromEntries(lengths) as Memory['lengths'] };
}

function without(length: LengthMemory, gone: (key: string) => boolean): LengthMemory {
  const held = length.held.filter(key => !gone(key));
  const clears = Object.fromEntries(Object.entries(length.clears).filter(([key]) => held.includes(key)));
  return { ...length, held, clears, released: length.released || held.length < length.held.length };
}
