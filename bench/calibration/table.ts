/** One part of a table as it is printed. */
export interface Section {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one calibration found out: plain data, kept as JSON. */
export interface Table<Row = unknown> {
  readonly name: string;
  readonly title: string;
  /** 1: as many repeats as the figures are stated for. */
  readonly scale: number;
  /** How it was simulated, in sentences. */
  readonly about: readonly string[];
  readonly sections: readonly Section[];
  /** What came out, the worst first. */
  readonly findings: readonly string[];
  /** The figures behind the sections. */
  readonly data: readonly Row[];
}

export interface Calibration<Row = unknown> {
  readonly name: string;
  /** Pure: the same scale gives the same table (times apart, where times are what is measured). */
  run(scale: number, say: (line: string) => void): Table<Row> | Promise<Table<Row>>;
  /**
   * What of the table breaks a promise beyond doubt. The bounds of all tables together hold with a probability of at least
   * 1 - 1e-6 whenever the promises do.
   */
  assert(table: Table<Row>): string[];
}

/** Number of repeats at a scale. */
export function repeatsAt(scale: number, full: number, least = 1): number {
  return Math.max(least, Math.round(full * scale));
}

/** 1,000 as 1k, 1,000,000 as 1M. */
export function rows(n: number): string {
  if (n >= 1e6) return `${n / 1e6}M`;
  return n >= 1000 ? `${n / 1000}k` : String(n);
}

export function fixed(value: number, digits = 2): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}
