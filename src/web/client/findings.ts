/** Loading findings: a whole span once, then only what is new. */
import type { FindingEntry, ModelSummary } from './answers.ts';
import { type Polled, usePoll } from './poll.ts';
import { get, modelPath } from './request.ts';
import type { ModelRoute } from './route.ts';
import { mergeFindings, spanSeconds } from './series.ts';

/** Newest windows first: with very many features the oldest ones of the span are left out. */
const limit = 10_000;

interface FindingsAnswer {
  readonly findings: readonly FindingEntry[];
}

/** How far back a refresh looks beside what is new, in window lengths: late data revises recent windows. */
const revisedWindows = 2;

/** Findings (windows starting in [from, to), epoch milliseconds in the query) of one check and length over the chart's span, which ends at the model's last row. */
export function useSeriesFindings(route: ModelRoute, summary: ModelSummary): Polled<readonly FindingEntry[]> {
  const { model, check, windowSeconds } = route;
  const { environment } = summary;
  const key = JSON.stringify([model, environment, check, windowSeconds]);
  return usePoll<readonly FindingEntry[]>(key, async (signal, last) => {
    const newest = (last ?? []).reduce((top, finding) => Math.max(top, finding.windowStart), 0);
    const first = Math.floor(summary.lastSeen / 1000) - spanSeconds(windowSeconds) - windowSeconds;
    const from = Math.max(0, newest > 0 ? newest - revisedWindows * windowSeconds : first);
    const query = { environment, check, windowSeconds, from: from * 1000, limit };
    const answer = await get<FindingsAnswer>(modelPath(model, '/findings'), query, signal);
    return last === null ? answer.findings : mergeFindings(last, answer.findings);
  });
}

/** Findings of every check and subject in one window; [] until they are here. */
export function useWindowFindings(
  route: ModelRoute,
  summary: ModelSummary,
  start: number | null,
): readonly FindingEntry[] {
  const { model, windowSeconds } = route;
  const { environment } = summary;
  const from = start ?? Math.max(0, Math.floor(summary.lastSeen / 1000) - 2 * windowSeconds);
  const key = JSON.stringify([model, environment, windowSeconds, from]);
  const answer = usePoll(key, async signal => {
    const query = { environment, windowSeconds, from: from * 1000, to: (from + windowSeconds) * 1000, limit };
    return (await get<FindingsAnswer>(modelPath(model, '/findings'), query, signal)).findings;
  });
  const all = answer.value ?? [];
  if (answer.value === null && answer.before !== null) return latestWindow(answer.before);
  return start === null ? latestWindow(all) : all.filter(f => f.windowStart === start);
}

/** Where the chart's check has no window (while learning, say): the latest window of any check. */
function latestWindow(findings: readonly FindingEntry[]): readonly FindingEntry[] {
  const latest = findings.reduce((top, f) => Math.max(top, f.windowStart), 0);
  return findings.filter(f => f.windowStart === latest);
}
