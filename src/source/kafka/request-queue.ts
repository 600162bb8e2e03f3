import { createRequire } from 'node:module';
import type { Clock } from '../../lib/clock.ts';

/** The part of a kafkajs connection's request queue that is used here. */
interface RequestQueue {
  throttledUntil: number;
  pending: unknown[];
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

interface RequestQueueClass {
  prototype: RequestQueue & { scheduleCheckPendingRequests(this: RequestQueue): void };
}

/** As in kafkajs: how often to look again while requests wait without a throttle. */
const checkMilliseconds = 10;

/**
 * kafkajs 2.2.4 re-arms a timer of 1 ms for ever on every connection: when nothing is throttled, the time left is
 * negative and `setTimeout` makes 1 ms of it (a warning each time on Node 24). This replaces that one method in memory:
 * a timer is set only while requests wait. Returns false, changing nothing, when kafkajs looks different.
 */
export function relieveRequestQueue(clock: Clock): boolean {
  let queue: RequestQueueClass;
  try {
    queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as RequestQueueClass;
  } catch {
    return false;
  }
  if (typeof queue.prototype?.scheduleCheckPendingRequests !== 'function') return false;
  queue.prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttled = this.throttledUntil - clock.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : checkMilliseconds,
    );
  };
  return true;
}
