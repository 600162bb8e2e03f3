/** What a crew has done. */
export interface CrewWork {
  readonly done: number;
  /** Whether one of them found a reason to stop; what was left then is not done. */
  readonly stopped: boolean;
}

/**
 * So many workers go through a queue, each taking the next when it is done with one, until it is empty, or one of them
 * says to stop (`false`) or fails. Rejects with the first failure, after all have ended.
 */
export async function runCrew<T>(
  queue: readonly T[],
  workers: number,
  work: (item: T) => Promise<boolean>,
  ended: () => void,
): Promise<CrewWork> {
  const rest = [...queue];
  let done = 0;
  let stopped = false;
  const worker = async () => {
    try {
      for (let item = rest.shift(); item !== undefined && !stopped; item = rest.shift()) {
        const goOn = await work(item);
        done++;
        stopped ||= !goOn;
      }
    } catch (error) {
      stopped = true;
      throw error;
    } finally {
      ended();
    }
  };
  const all = await Promise.allSettled(Array.from({ length: workers }, worker));
  const failed = all.find(each => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { done, stopped };
}
