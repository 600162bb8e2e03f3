/** A partition in hand under the present assignment; `signal` aborts when it is lost. */
export interface Hold {
  readonly signal: AbortSignal;
}

/**
 * Which partitions this member holds, and until when. kafkajs may join anew while batches of the old assignment are
 * still being stored (it has no callback for partitions taken away), and would then commit them under the new
 * generation, unfenced: so every batch is tied to the assignment it was read under.
 */
export interface Assignment {
  /** The group was joined with these partitions (`topic/number`). */
  joined(partitions: readonly string[]): void;
  /** Everything held is lost: a join has begun, a heartbeat was refused, or the consumer ends. Idempotent. */
  lost(reason: Error): void;
  /** The partition as held now, or null when it is not ours at the moment. */
  hold(partition: string): Hold | null;
  readonly partitions: readonly string[];
}

export function createAssignment(onLost: (partitions: readonly string[]) => void): Assignment {
  let controller: AbortController | null = null;
  let partitions: readonly string[] = [];
  const lost = (reason: Error) => {
    if (controller === null) return;
    const gone = partitions;
    const ended = controller;
    controller = null;
    partitions = [];
    ended.abort(reason);
    onLost(gone);
  };
  return {
    joined: next => {
      lost(new Error('the group was joined anew'));
      controller = new AbortController();
      partitions = next;
    },
    lost,
    hold: partition =>
      controller !== null && partitions.includes(partition) ? { signal: controller.signal } : null,
    get partitions() {
      return partitions;
    },
  };
}
