/** Something started that can be stopped. `stop` is idempotent. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** What was started, in order; stopped in reverse, each part even when another one fails. */
export interface Lifecycle extends Stoppable {
  /** Registers a part that has been started. */
  add(name: string, stop: () => Promise<void> | void): void;
}

/**
 * A stack of started parts. `stop` unwinds it once, in reverse, and calls `onError` for parts that fail to stop.
 */
export function createLifecycle(onError: (name: string, error: unknown) => void): Lifecycle {
  const parts: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | null = null;
  const unwind = async () => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await part.stop();
      } catch (error) {
        onError(part.name, error);
      }
    }
  };
  return {
    add: (name, stop) => void parts.push({ name, stop }),
    stop: () => (stopping ??= unwind()),
  };
}
