/** One reference case: what went in, and the values another program or an exact computation gave. */
export interface VectorCase {
  readonly id: string;
  /** What is asked within the family: a function, a kind of input; empty when the family asks one thing only. */
  readonly kind: string;
  readonly inputs: unknown;
  readonly expected: unknown;
}

/** A reference file, read. */
export interface VectorFile {
  readonly name: string;
  readonly family: string;
  readonly cases: readonly VectorCase[];
}

/** How far two numbers may differ: by the larger of the two. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What the library says to the cases of one family. */
export interface Family {
  /**
   * Values under the same keys as expected; null for a kind it does not know. A key left out is not checked. Throws
   * what the library throws on malformed inputs.
   */
  answer(asked: VectorCase): Readonly<Record<string, unknown>> | null;
  tolerance(key: string, asked: VectorCase): Tolerance;
}

/** Tolerances that several families share. */
export const tolerances = {
  special: { relative: 1e-12, absolute: 0 },
  statistic: { relative: 1e-10, absolute: 1e-12 },
  p: { relative: 1e-8, absolute: 0 },
} as const satisfies Readonly<Record<string, Tolerance>>;
