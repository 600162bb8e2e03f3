import type { JudgedWindow } from '../domain/finding.ts';
import { findingOf } from './check.ts';
import { type DueRequest, type DueWindow, dueWindows } from './due.ts';
import type { Stream } from './ports.ts';
import { lengthText } from './words.ts';

/** Seconds for which judging a stream has to fail before its windows say so: a statement that failed once is no news. */
export const failedAfterSeconds = 600;

/** Longest text of a failure that is kept with a finding. */
const longestError = 500;

/** Why the windows of a stream cannot be judged, and since when (run's clock, epoch milliseconds). */
export interface Failure {
  readonly since: number;
  readonly error: string;
}

/** Streams whose judging fails. Forgotten with the process: the next one waits as long again. */
export interface Failures {
  worked(stream: Stream): void;
  /** Notes a failure; null until judging has failed for long enough. */
  failed(stream: Stream, failure: { readonly now: number; readonly error: string }): Failure | null;
}

export function createFailures(): Failures {
  const since = new Map<string, number>();
  const keyOf = ({ model, environment }: Stream) => JSON.stringify([model, environment]);
  return {
    worked: stream => void since.delete(keyOf(stream)),
    failed: (stream, { now, error }) => {
      // A clock that was set back begins anew.
      const began = Math.min(now, since.get(keyOf(stream)) ?? now);
      since.set(keyOf(stream), began);
      return now - began < failedAfterSeconds * 1000 ? null : { since: began, error };
    },
  };
}

/**
 * Windows of which it is to be said that they could not be judged: of each length the newest that is due and was never
 * judged, unless it was said of it. Older ones follow from it, and what was judged before stands.
 */
export function unjudged(request: Omit<DueRequest, 'cap'>): readonly DueWindow[] {
  const ledger = new Map(
    request.ledger.map(entry => [`${entry.windowStart}/${entry.windowSeconds}`, entry] as const),
  );
  const newest = new Map<number, DueWindow>();
  for (const window of dueWindows({ ...request, cap: Number.POSITIVE_INFINITY })) {
    const length = window.end - window.start;
    if ((ledger.get(`${window.start}/${length}`)?.generation ?? null) === null) newest.set(length, window);
  }
  return [...newest.values()].filter(
    ({ start, end }) => ledger.get(`${start}/${end - start}`)?.failed !== true,
  );
}

/** A window that could not be judged. Generation 0: whatever is concluded of it later takes its place. */
export function failedWindow(stream: Stream, due: DueWindow, { since, error }: Failure): JudgedWindow {
  const window = { ...due, generation: 0n };
  const finding = findingOf(
    { stream, window, learning: null },
    {
      check: 'blind',
      verdict: 'failed',
      n: 0,
      detail: { error: error.slice(0, longestError), failingSince: new Date(since).toISOString() },
      sentence:
        `These ${lengthText(window)} could not be judged: the job that judges this stream fails, since ` +
        `${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC. Nothing is known about the model until it works again. ` +
        '`leeway jobs --failed` says why; it is tried again in every round.',
    },
  );
  return {
    model: stream.model,
    environment: stream.environment,
    windowStart: window.start,
    windowSeconds: window.end - window.start,
    generation: 0n,
    findings: [finding],
  };
}
