import type { JudgedWindow } from '../domain/finding.ts';
import {
  type Change,
  changed,
  type Decision,
  type DecisionContext,
  live,
  quiet,
  type Situation,
} from './change.ts';
import { allSilenced, foundIn, listing, mostListed, nameOf, withFindings } from './episode.ts';
import { foldWindow, forgetBefore, forgetEpisode, lapsed, noteWindow } from './fold.ts';
import { forgetAhead } from './forget-ahead.ts';
import { closedPast, emptyLength, isTold, type LiveState, type Memory, pagesOf, stateOf } from './memory.ts';
import { foldNews, newsOf, notePast, overPast, reachOf, saysTheSame } from './past.ts';
import type { Policy } from './policy.ts';
import { inhibitedOf, type Reading, readWindow, troubleOf } from './reading.ts';
import type { DecisionReason } from './reasons.ts';

export type { Change, Decision, DecisionContext } from './change.ts';
export { type DecisionReason, decisionReasons } from './reasons.ts';
export { retire } from './retire.ts';

/**
 * What one judged window does to one alert. Pure. Windows are folded in order of their ends; the same window judged again
 * replaces what it said (unless a later window of another length has ended its hold meanwhile), and so does one that is
 * older than the last of its length and not long past.
 */
export function decide(
  before: Memory,
  window: JudgedWindow,
  policy: Policy,
  context: DecisionContext,
): Decision {
  const end = window.windowStart + window.windowSeconds;
  if (context.ahead?.(end) === true) return quiet(before, 'ahead-of-time');
  const now = forgetAhead(before, window, context);
  const memory = now === before ? before : { ...now, past: closedPast(now.lengths) };
  const known = memory.lengths[window.windowSeconds] ?? emptyLength;
  if (end === known.lastEnd && known.released) return quiet(memory, 'out-of-order');
  const recent = context.now - end * 1000 <= reachOf(policy, window.windowSeconds) * 1000;
  const here: Situation = { window, end, policy, context, recent, late: end <= known.lastEnd };
  if (end < known.lastEnd) return revises(memory, here) ?? quiet(memory, 'out-of-order');
  const steered = steer(memory, here);
  if (steered !== null) return steered;
  const trouble = troubleOf(window, policy);
  if (memory.state === 'paused') return quiet(noteWindow(memory, window, trouble), 'paused');
  if (!policy.windows.includes(window.windowSeconds))
    return quiet(noteWindow(memory, window, trouble), 'other-length');
  const current = forgetBefore(memory, context.promotion);
  if (context.promotion !== null && window.windowStart * 1000 < context.promotion) {
    const noted = noteWindow(current, window, { doubts: [], inhibitors: [] });
    return settle(noted, here, 'window-before-activation');
  }
  const reading = readWindow(window, policy);
  if (reading.status === 'none') {
    const noted = noteWindow(current, window, reading);
    return settle({ ...noted, inhibited: inhibitedOf(reading, policy) }, here, reading.inconclusive);
  }
  return onReading(current, here, reading);
}

/** A window that is older than the last of its length, and says something else than before; null when it does not count. */
function revises(memory: Memory, here: Situation): Decision | null {
  const { window, end, policy, context } = here;
  const seconds = window.windowSeconds;
  const newest = Math.max(...Object.values(memory.lengths).map(({ lastEnd }) => lastEnd));
  const past = !here.recent || newest - end > reachOf(policy, seconds);
  if (past || memory.state === 'paused' || context.paused === true) return null;
  if (!policy.windows.includes(seconds) || end <= (memory.past[seconds]?.from ?? end)) return null;
  if (context.promotion !== null && window.windowStart * 1000 < context.promotion) return null;
  const reading = readWindow(window, policy);
  const news = reading.status === 'none' ? null : newsOf(memory, { window, reading });
  if (news === null) return null;
  const next = foldNews(memory, { window, reading, policy }, news);
  const to = stateOf(next);
  if (memory.state !== 'firing' && to === 'firing') return opens(memory, next, here, reading);
  if (to !== memory.state) return moves(next, here, to);
  if (to !== 'firing') return quiet(next, news.pages ? 'still-pending' : 'stable');
  const pagingWindows = next.pagingWindows + (news.pages ? 1 : 0);
  if (news.fresh.length === 0) {
    const reason = reading.status === 'page' ? 'still-firing' : heldReason(next, reading);
    return quiet({ ...next, pagingWindows }, reason);
  }
  // An episode tells of its newest paging window.
  const found = end >= memory.last.end ? foundIn(here, reading) : {};
  return stays({ ...next, ...found, pagingWindows }, here, reading);
}

/** Pauses and resumes; tells of an end nobody was told of, before the next beginning is told. */
function steer(memory: Memory, here: Situation): Decision | null {
  const paused = here.context.paused === true;
  if (paused !== (memory.state === 'paused')) {
    const before = memory.state === 'paused' ? memory.before : memory.state;
    const to = paused ? 'paused' : before;
    const change: Change = { kind: paused ? 'paused' : 'resumed', from: memory.state, to, notify: false };
    // What was judged meanwhile was only noted.
    const past = paused ? memory.past : closedPast(memory.lengths);
    const next = changed({ ...memory, state: to, before, past }, here, change, paused ? 'paused' : 'resumed');
    return { ...next, again: true };
  }
  return null;
}

function onReading(memory: Memory, here: Situation, reading: Reading): Decision {
  const { window, policy, context } = here;
  const said = { window, reading, policy, promotion: context.promotion };
  const folded = saysTheSame(memory, said)
    ? memory
    : notePast(foldWindow(lapsed(memory, here.end, policy), said), said);
  const next = { ...folded, inhibited: inhibitedOf(reading, policy) };
  const to = stateOf(next);
  if (reading.status === 'page' && to === 'firing') {
    if (memory.state !== 'firing') return opens(memory, next, here, reading);
    return stays(withFindings(memory, next, here, reading), here, reading);
  }
  if (to !== memory.state) return moves(next, here, to);
  if (to === 'pending' && reading.status === 'page') return quiet(next, 'still-pending');
  if (to !== 'firing') return tellsEnd(next, here, reading);
  return reminds(next, here, heldReason(next, reading));
}

/** A window that says nothing itself may still end what only windows before a promotion said. */
function settle(memory: Memory, here: Situation, reason: DecisionReason): Decision {
  const to = stateOf(memory);
  return to === memory.state ? reminds(memory, here, reason) : moves(memory, here, to);
}

function opens(before: Memory, folded: Memory, here: Situation, reading: Reading): Decision {
  const { recent, late } = here;
  const silenced = allSilenced(reading.paging, here);
  const tell = recent && !silenced;
  // Nobody hears of a beginning twice without an end between.
  if (tell && before.announced === 'firing') return toldEnd(before, here);
  const length = folded.lengths[here.window.windowSeconds]!;
  const first = length.recent.find(([, paged]) => paged === 1);
  const since = (first?.[0] ?? here.end) - here.window.windowSeconds;
  const opened: Memory = {
    ...folded,
    state: 'firing',
    episode: folded.episode + 1,
    since,
    sinceEnd: since + here.window.windowSeconds,
    listed: [],
    ...foundIn(here, reading),
    pagingWindows: Math.max(1, pagesOf(length)),
  };
  const change: Change = { kind: 'opened', from: live(before), to: 'firing', notify: tell };
  const named = late ? 'opened-by-late-data' : 'opened';
  const reason = recent ? (silenced ? 'silenced' : named) : 'long-past';
  return { ...changed(listing(opened), here, change, reason), pages: true };
}

/** The end of the episode people were last told of, which has been over for long; then the window is decided on again. */
function toldEnd(memory: Memory, here: Situation): Decision {
  const { toldEpisode: episode } = memory;
  const change: Change = { kind: 'announced-ok', from: live(memory), to: 'ok', notify: true, episode };
  return { ...changed(memory, here, change, 'announced'), again: true };
}

/** A further paging window of an open episode. */
function stays(memory: Memory, here: Situation, reading: Reading): Decision {
  const { recent, late } = here;
  const silenced = allSilenced(reading.paging, here);
  const change = (kind: Change['kind'], notify: boolean): Change => ({
    kind,
    from: 'firing',
    to: 'firing',
    notify,
  });
  const decision = () => {
    const news = recent && !silenced;
    if (news && memory.announced === 'firing' && !isTold(memory)) return toldEnd(memory, here);
    if (news && memory.announced === 'ok')
      return changed(listing(memory), here, change('announced-firing', true), 'announced');
    const worst = memory.evidence[0];
    const known = worst === undefined || memory.listed.includes(nameOf(worst));
    if (!known && memory.listed.length < mostListed)
      return changed(
        listing(memory),
        here,
        change('extended', false),
        late ? 'extended-by-late-data' : 'extended',
      );
    return reminds(memory, here, silenced ? 'silenced' : 'still-firing');
  };
  return { ...decision(), pages: true };
}

/** To another state, and not by a paging window that opens. */
function moves(memory: Memory, here: Situation, to: LiveState): Decision {
  const { recent, late } = here;
  const from = live(memory);
  if (from === 'firing') {
    // Nobody is told that something is over which nobody was told had begun.
    const tell = recent && isTold(memory);
    const change: Change = { kind: 'resolved', from, to: 'ok', notify: tell };
    const named = late ? 'resolved-by-late-data' : 'resolved';
    const over = overPast(forgetEpisode({ ...memory, state: 'ok' }));
    return changed(over, here, change, recent ? named : 'long-past');
  }
  const kind = to === 'pending' ? 'pending' : 'passed';
  return changed({ ...memory, state: to }, here, { kind, from, to, notify: false }, kind);
}

/** Nothing to fire for: time to say so, if people still believe otherwise. */
function tellsEnd(memory: Memory, here: Situation, reading: Reading): Decision {
  const held = reading.inconclusive === 'inhibited';
  const reason = held ? 'inhibited' : reading.warned ? 'held-below-tolerance' : 'stable';
  if (memory.announced === 'ok' || !here.recent || held) return quiet(memory, reason);
  const state = live(memory);
  const { toldEpisode: episode } = memory;
  const change: Change = { kind: 'announced-ok', from: state, to: state, notify: true, episode };
  return changed(memory, here, change, 'announced');
}

/** An open episode nobody has taken on is told again from time to time. */
function reminds(memory: Memory, here: Situation, reason: DecisionReason): Decision {
  const { policy, context, recent, late } = here;
  const due = !late && policy.remind !== null && context.now - memory.told >= policy.remind;
  const wanted = isTold(memory) && context.acknowledged !== true;
  if (!due || !wanted || !recent || allSilenced(memory.evidence, here)) return quiet(memory, reason);
  const change: Change = { kind: 'reminded', from: 'firing', to: 'firing', notify: true };
  return changed(memory, here, change, 'reminded');
}

function heldReason(memory: Memory, reading: Reading): DecisionReason {
  const lengths = Object.values(memory.lengths);
  const held = lengths.flatMap(length => length.held);
  if (reading.held.some(key => held.includes(key))) return 'held-by-hysteresis';
  if (reading.inconclusive === 'inhibited') return 'inhibited';
  if (held.some(key => reading.unknown.includes(key))) return 'held-inconclusive';
  return lengths.some(length => length.held.some(key => (length.clears[key] ?? 0) > 0))
    ? 'held-until-clear'
    : 'held-by-other-window';
}
