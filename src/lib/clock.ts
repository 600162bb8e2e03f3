/** Time as the rest of the code may know it. Everything takes a clock; only this file reads the machine's. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `milliseconds`, or rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** A clock moved by hand, for tests and replays: `sleep` resolves when `advance` has passed its end. */
export function createManualClock(
  start: number,
): Clock & { advance(milliseconds: number): void; set(now: number): void } {
  let now = start;
  let sleepers: { due: number; wake: () => void }[] = [];
  const wakeDue = () => {
    const due = sleepers.filter(s => s.due <= now);
    sleepers = sleepers.filter(s => s.due > now);
    for (const sleeper of due) sleeper.wake();
  };
  return {
    now: () => now,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        if (milliseconds <= 0) return resolve();
        const sleeper = { due: now + milliseconds, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter(s => s !== sleeper);
          reject(signal.reason as Error);
        });
      }),
    advance: milliseconds => {
      now += milliseconds;
      wakeDue();
    },
    set: value => {
      now = value;
      wakeDue();
    },
  };
}
