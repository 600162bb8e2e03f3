/** One inference before it is sent: payload version 1 without what the simulation adds (id, time, model, ...). */
export interface Row {
  readonly payload: Readonly<Record<string, unknown>>;
  /** What a later label says; null when nobody knows. */
  readonly truth: string | number | boolean | null;
}

/** Where rows come from: drawn, or read from a file. Null at the end. */
export type NextRow = (time: number, random: () => number) => Row | null | Promise<Row | null>;

/** The features of a row; empty when it has none. */
export function featuresOf(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const features = payload['features'];
  return typeof features === 'object' && features !== null && !Array.isArray(features)
    ? (features as Readonly<Record<string, unknown>>)
    : {};
}

/** What drift needs to know of a feature. */
export interface FeatureFacts {
  readonly numeric: boolean;
  /** Only whole numbers were seen. */
  readonly whole: boolean;
  /** Standard deviation, 0 for texts. */
  readonly sd: number;
}

/** Learns the features of a model from rows of it. */
export function factsOf(rows: readonly Row[]): ReadonlyMap<string, FeatureFacts> {
  const seen = new Map<string, unknown[]>();
  for (const { payload } of rows)
    for (const [name, value] of Object.entries(featuresOf(payload))) {
      const values = seen.get(name) ?? [];
      values.push(value);
      seen.set(name, values);
    }
  return new Map([...seen].map(([name, values]) => [name, factOf(values)]));
}

function factOf(values: readonly unknown[]): FeatureFacts {
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const numeric = numbers.length > 0 && numbers.length * 2 >= values.filter(value => value !== null).length;
  if (!numeric) return { numeric, whole: false, sd: 0 };
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return { numeric, whole: numbers.every(Number.isInteger), sd: Math.sqrt(variance) };
}
