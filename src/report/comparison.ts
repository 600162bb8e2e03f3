/** Two files compared column by column: what the table, the report and the JSON are made from. */
export interface Comparison {
  /** Version of Leeway. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly reference: ComparedFile;
  readonly current: ComparedFile;
  readonly options: ComparisonOptions;
  /** Columns that were tested, and the level of each: the false alarms allowed over their number. */
  readonly tested: number;
  readonly alpha: number;
  /** Worst first; those that were set aside come last. */
  readonly columns: readonly ComparedColumn[];
}

export interface ComparedFile {
  /** As it was given. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

export interface ComparisonOptions {
  /** Expected false alarms of the whole comparison. */
  readonly falseAlarms: number;
  /** Share of rows that has to move before anybody cares; of missing values, tails and single values: `rareTolerance`. */
  readonly tolerance: number;
  readonly rareTolerance: number;
  /** Columns that were asked for; null is all. */
  readonly columns: readonly string[] | null;
  readonly ignore: readonly string[];
}

/** `aside` is not tested, for the reason given. */
export type ColumnVerdict = 'drift' | 'stable' | 'insufficient' | 'aside';

export interface ComparedColumn {
  readonly name: string;
  readonly verdict: ColumnVerdict;
  readonly kind: 'numeric' | 'categorical' | null;
  /** Why it was set aside, or why it drifted without a test (it is gone, or of another type); '' otherwise. */
  readonly reason: string;
  /** What happened in one plain sentence; '' when there is nothing to say. */
  readonly sentence: string;
  /** null without a test. */
  readonly measured: Measured | null;
  /** null when there is nothing to draw. */
  readonly shape: Shape | null;
}

/** The numbers behind a verdict. */
export interface Measured {
  readonly p: number;
  readonly alpha: number;
  /** The component that decided; null when none could be computed. */
  readonly by: string | null;
  /** p of each component of the test. */
  readonly components: Readonly<Record<string, number>>;
  /** Share of rows that moved, with its 95 % limits. */
  readonly effect: number;
  readonly effectLow: number;
  readonly effectHigh: number;
  readonly tolerance: number;
  /** Which tolerance that is: of the body of a distribution, or of its rare parts. */
  readonly part: 'body' | 'rare';
  /** Values between which the rows moved, in the column's units; an open end is null. */
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
  /** The values there, rising, of a column that has few; null of another. */
  readonly values: readonly number[] | null;
  readonly category: string | null;
  /** 1: the current file has more rows there; -1: fewer. */
  readonly direction: number;
  /** The change of the share of missing values, when that is drift by itself, with 95 % limits. */
  readonly missingMoved: {
    readonly p: number;
    readonly effect: number;
    readonly effectLow: number;
    readonly effectHigh: number;
  } | null;
  readonly smallestDetectable: number;
  readonly method: string;
  /** Measures by name; null where one cannot be computed. */
  readonly measures: Readonly<Record<string, number | null>>;
  readonly reference: Seen;
  readonly current: Seen;
}

/** What a column holds in one file. */
export interface Seen {
  readonly rows: number;
  readonly missing: number;
  /** Not-a-number and infinities. */
  readonly notNumbers: number;
  /** Texts among numbers. */
  readonly mismatches: number;
}

/** Two shares of rows, of each file's rows that have a value. */
export interface Shares {
  readonly reference: number;
  readonly current: number;
}

/** What is drawn of a column. */
export type Shape = NumericShape | CategoricalShape;

export interface NumericShape {
  readonly kind: 'numeric';
  readonly bars: Bars;
  /** The same on a logarithmic axis, for skewed columns of positive numbers. */
  readonly logBars: Bars | null;
  /** Shares of rows at or below x, rising; within the ends of `bars`. With `bars.values` it jumps at each point. */
  readonly curve: readonly (Shares & { readonly x: number })[];
}

/** Bars side by side from `low` on, and the shares beyond either end. */
export interface Bars {
  readonly low: number;
  readonly high: number;
  /** Every value within, rising, when there are few: each near the middle of a bar. */
  readonly values: readonly number[] | null;
  readonly shares: readonly Shares[];
  readonly below: Shares;
  readonly above: Shares;
}

export interface CategoricalShape {
  readonly kind: 'categorical';
  readonly bars: readonly (Shares & { readonly name: string })[];
  /** The categories that have no bar of their own, together. */
  readonly others: (Shares & { readonly categories: number }) | null;
}
