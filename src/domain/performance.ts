/**
 * Edges of the delays with which labels come, in hours after the end of their row's hour; a delay above the last one
 * falls into one more bin.
 */
export const arrivalEdges: readonly number[] = [1, 2, 4, 8, 16, 24, 48, 72, 120, 168, 336, 672];

/** Labels of one hour's rows, and by how long after the hour they came. */
export interface LabelArrivals {
  /** Start, epoch seconds. */
  readonly hour: number;
  readonly rows: number;
  readonly labelled: number;
  /** By the bins of `arrivalEdges`. */
  readonly arrived: readonly number[];
}
