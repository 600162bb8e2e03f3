import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { relieveRequestQueue } from './request-queue.ts';

interface Queue {
  throttledUntil: number;
  pending: unknown[];
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
  destroy(): void;
}
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (o: object) => Queue;
const make = () =>
  new Queue({
    maxInFlightRequests: 1,
    requestTimeout: 1000,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
    logger: quiet,
  });
const clock = { now: () => Date.now(), sleep: async () => {} };

describe('request queue of kafkajs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sets no timer while nothing waits', () => {
    expect(relieveRequestQueue(clock)).toBe(true);
    const queue = make();
    queue.checkPendingRequests();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('looks again every 10 ms while requests wait for a place, and stops when they are gone', () => {
    relieveRequestQueue(clock);
    const queue = make();
    const sent: number[] = [];
    queue.throttledUntil = Date.now() + 500;
    queue.pending.push({ send: () => sent.push(Date.now()), expectResponse: true });
    const start = Date.now();
    queue.scheduleCheckPendingRequests();
    vi.advanceTimersByTime(499);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(sent).toEqual([start + 500]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
