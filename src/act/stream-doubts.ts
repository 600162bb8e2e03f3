import type { JudgedWindow } from '../domain/finding.ts';
import { defaultPolicy, doubtOf, inhibitorOf, type Policy } from './policy.ts';
import type { AlertStore, StreamKey } from './ports.ts';

/** Newest windows of every length have ended by then: the longest comes every 28 hours, and waits for late rows. */
const lookBackSeconds = 3 * 86_400;

/** Why the data of a stream are in doubt now, for what asks without an episode; sorted, each once. */
export async function streamDoubts(
  alerts: Pick<AlertStore, 'findingsSince'>,
  stream: StreamKey,
  { now, policy = defaultPolicy }: { readonly now: number; readonly policy?: Policy },
): Promise<readonly string[]> {
  const windowEnd = Math.max(0, Math.floor(now / 1000) - lookBackSeconds);
  const windows = await alerts.findingsSince({ ...stream, windowEnd });
  const newest = new Map<number, JudgedWindow>();
  // They come in order of their ends.
  for (const window of windows) newest.set(window.windowSeconds, window);
  const doubts = [...newest.values()].flatMap(window =>
    window.findings.map(finding => doubtOf(finding, policy) ?? inhibitorOf(finding)),
  );
  return [...new Set(doubts.filter(doubt => doubt !== null))].sort();
}
