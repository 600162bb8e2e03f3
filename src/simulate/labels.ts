/** Labels that are due later. */
export interface LabelQueue {
  /** Keeps the truth about an inference until `time + delay`. */
  add(id: string, time: number, truth: string | number | boolean): void;
  /** Takes the next label that is due at an event time; null when there is none. */
  take(
    time: number,
  ): { readonly id: string; readonly time: number; readonly truth: string | number | boolean } | null;
  readonly waiting: number;
  /** Labels given up because too many were waiting. */
  readonly dropped: number;
}

/** A queue of bounded length: when it is full the label that comes is given up, and counted. */
export function createLabelQueue(delay: number, most: number): LabelQueue {
  let labels: { readonly id: string; readonly time: number; readonly truth: string | number | boolean }[] =
    [];
  let head = 0;
  let dropped = 0;
  return {
    add: (id, time, truth) => {
      if (labels.length - head >= most) dropped++;
      else labels.push({ id, time: time + delay, truth });
    },
    take: time => {
      const next = labels[head];
      if (next === undefined || next.time > time) return null;
      head++;
      if (head > 1024 && head * 2 > labels.length) {
        labels = labels.slice(head);
        head = 0;
      }
      return next;
    },
    get waiting() {
      return labels.length - head;
    },
    get dropped() {
      return dropped;
    },
  };
}
