import type { JudgedWindow } from '../domain/finding.ts';
import type { StreamKey } from './ports.ts';

interface Group {
  readonly stream: StreamKey;
  readonly windows: JudgedWindow[];
}

/** Windows by stream; of those to be gone over again, if there are none too. */
export function byStream(again: readonly StreamKey[], windows: readonly JudgedWindow[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const stream of again) groups.set(nameOf(stream), { stream, windows: [] });
  for (const window of windows) {
    const { model, environment } = window;
    const group = groups.get(nameOf(window)) ?? { stream: { model, environment }, windows: [] };
    group.windows.push(window);
    groups.set(nameOf(window), group);
  }
  return groups.values();
}

export function byEnd(a: JudgedWindow, b: JudgedWindow): number {
  return endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds;
}

export function endOf(window: JudgedWindow): number {
  return window.windowStart + window.windowSeconds;
}

export function placeOf(window: JudgedWindow): string {
  return `${window.windowStart}/${window.windowSeconds}`;
}

export function nameOf(stream: StreamKey): string {
  return JSON.stringify([stream.model, stream.environment]);
}
