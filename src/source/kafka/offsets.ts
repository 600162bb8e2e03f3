/** A batch that was handed over and not committed yet. */
export interface Ticket {
  readonly partition: string;
  readonly last: bigint;
}

/** Which offset of each partition may be committed: pure bookkeeping, no transport. */
export interface Offsets {
  /** A batch ending at offset `last` was read; batches of a partition begin in order. */
  begin(partition: string, last: bigint): Ticket;
  /**
   * The batch is stored. Returns the offset to commit now (one past the last record of the longest run of stored
   * batches), or null: an earlier batch is still out, or the partition was lost since.
   */
  finish(ticket: Ticket): bigint | null;
  /** Everything up to `last` held nothing to store (transaction markers, aborted records). */
  pass(partition: string, last: bigint): void;
  /** Where reading of the partition goes on, or null when nothing was read since it was assigned. */
  next(partition: string): bigint | null;
  /** Forgets a partition: tickets given out before are worth nothing. */
  drop(partition: string): void;
  dropAll(): void;
}

interface Held {
  /** In the order they began. */
  readonly waiting: { readonly ticket: Ticket; done: boolean }[];
  next: bigint | null;
}

/**
 * Contiguous offsets per partition: batches may finish out of order, commits never do and never pass a batch that is
 * not stored.
 */
export function createOffsets(): Offsets {
  const partitions = new Map<string, Held>();
  const heldOf = (partition: string): Held => {
    const held = partitions.get(partition) ?? { waiting: [], next: null };
    partitions.set(partition, held);
    return held;
  };
  return {
    begin: (partition, last) => {
      const ticket = { partition, last };
      heldOf(partition).waiting.push({ ticket, done: false });
      return ticket;
    },
    finish: ticket => {
      const held = partitions.get(ticket.partition);
      const entry = held?.waiting.find(w => w.ticket === ticket);
      if (held === undefined || entry === undefined) return null;
      entry.done = true;
      let commit: bigint | null = null;
      while (held.waiting[0]?.done) commit = held.waiting.shift()!.ticket.last + 1n;
      held.next = commit ?? held.next;
      return commit;
    },
    pass: (partition, last) => {
      const held = heldOf(partition);
      if (held.waiting.length === 0) held.next = last + 1n;
    },
    next: partition => partitions.get(partition)?.next ?? null,
    drop: partition => void partitions.delete(partition),
    dropAll: () => partitions.clear(),
  };
}
