/** Half-open [start, end), UTC, epoch seconds; `end` is a multiple of the stride of its length. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Window lengths in seconds: 1, 6, 24 and 168 hours. */
export const windowLengths = [3600, 21600, 86400, 604800] as const;
export type WindowLength = (typeof windowLengths)[number];

/** A new window of this length begins every max(1 h, length / 6). */
export function strideSeconds(lengthSeconds: number): number {
  return Math.max(3600, lengthSeconds / 6);
}
