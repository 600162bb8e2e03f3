/** Asks whether this process leads still; rejects when it does not. */
export type Prove = () => Promise<void>;

/** `work`, done only by the leader: asked each time, just before. */
export function fenced<A extends readonly unknown[], R>(
  prove: Prove,
  work: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    await prove();
    return work(...args);
  };
}
