/** Asking again and again without flicker: the last answer stays until the next one is here. */
import { useEffect, useState } from 'preact/hooks';
import { systemClock } from '../../lib/clock.ts';
import { RequestFailure, remedyFor } from './request.ts';

const refreshMilliseconds = 15_000;

export interface Polled<T> {
  /** The last answer for this key; null before the first. */
  readonly value: T | null;
  /** Why the last attempt failed; null after a success. */
  readonly failure: RequestFailure | null;
  /** When `value` came, epoch milliseconds. */
  readonly at: number;
  /** The last answer for an earlier key, to stand in (dimmed) until `value` is here; null otherwise. */
  readonly before: T | null;
}

interface Held<T> extends Polled<T> {
  readonly key: string | null;
}

const nothing = { value: null, failure: null, at: 0, before: null };

/** A key that changes faster than this (a dragged slider) is not asked about. */
const settleMilliseconds = 120;

/**
 * Loads at once, every 15 s, and when the page becomes visible again; a null key loads nothing. `load` gets the last
 * answer of the same key, so that it can ask for the news only. A failure keeps the last answer.
 */
export function usePoll<T>(
  key: string | null,
  load: (signal: AbortSignal, last: T | null) => Promise<T>,
  every: number | null = refreshMilliseconds,
): Polled<T> {
  const [held, setHeld] = useState<Held<T>>({ key: null, ...nothing });
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    let last: T | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    const attempt = async () => {
      if (busy) return;
      busy = true;
      clearTimeout(timer);
      try {
        last = await load(controller.signal, last);
        const value = last;
        if (!controller.signal.aborted)
          setHeld({ key, value, failure: null, at: systemClock.now(), before: null });
      } catch (cause) {
        if (controller.signal.aborted) return;
        const failure = asFailure(cause);
        setHeld(before => ({ ...(before.key === key ? before : { ...nothing, key }), failure }));
      }
      busy = false;
      // A failed first load is tried again even where nothing would be refreshed.
      const wait = every ?? (last === null ? refreshMilliseconds : null);
      if (wait !== null && !controller.signal.aborted) timer = setTimeout(whenVisible, wait);
    };
    const whenVisible = () => {
      if (!document.hidden) void attempt();
    };
    const onShow = () => {
      if (every !== null || last === null) whenVisible();
    };
    document.addEventListener('visibilitychange', onShow);
    if (held.key === null) void attempt();
    else timer = setTimeout(() => void attempt(), settleMilliseconds);
    return () => {
      document.removeEventListener('visibilitychange', onShow);
      clearTimeout(timer);
      controller.abort();
    };
  }, [key]);
  return held.key === key ? held : { ...nothing, before: held.value };
}

function asFailure(cause: unknown): RequestFailure {
  if (cause instanceof RequestFailure) return cause;
  return new RequestFailure('The answer could not be read.', remedyFor(502), 502);
}
