/** Runs pieces of work one after another, each to its end, whatever became of the one before. */
export function createSerial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return work => {
    const run = last.then(work, work);
    last = run.catch(() => undefined);
    return run;
  };
}
