import { query } from 'chdb';
import {
  type NumberSample,
  type ProfiledColumn,
  profileNumbers,
  profileTexts,
  type TextSample,
} from '../../src/app/compare/column-profile.ts';

/** A column of a file: numbers (null is missing) or texts. */
export interface Column {
  readonly name: string;
  readonly values: readonly (number | string | null)[];
}

/** Columns of a CSV or Parquet file, in its order of rows. */
export function readColumns(path: string, ignore: readonly string[] = []): Column[] {
  // One thread keeps the order; 2.6e-05 is a number, and a column is what all of its rows say.
  const settings = `SETTINGS max_threads = 1, input_format_parallel_parsing = 0, input_format_parquet_preserve_order = 1,
    input_format_try_infer_exponent_floats = 1, input_format_max_rows_to_read_for_schema_inference = 1000000`;
  const answer = JSON.parse(query(`SELECT * FROM file('${path}') ${settings}`, 'JSONCompactColumns')) as (
    | number
    | string
    | null
  )[][];
  const described = JSON.parse(
    query(`DESCRIBE file('${path}') ${settings}`, 'JSONCompactColumns'),
  ) as string[][];
  return answer
    .map((values, i) => ({ name: described[0]![i]!, values }))
    .filter(({ name }) => !ignore.includes(name));
}

/** Rows [from, to) of a column. */
export function rowsOf({ name, values }: Column, from: number, to: number): Column {
  return { name, values: values.slice(from, to) };
}

/** A column whose values of the reference are numbers, profiled as such; as categories otherwise. */
export function profiled(reference: Column, current: Column): ProfiledColumn {
  const numeric = reference.values.some(value => typeof value === 'number');
  return numeric
    ? profileNumbers(reference.name, numbersOf(reference), numbersOf(current))
    : profileTexts(reference.name, textsOf(reference), textsOf(current));
}

function numbersOf({ values }: Column): NumberSample {
  const numbers = values.filter(value => typeof value === 'number');
  const missing = values.filter(value => value === null).length;
  return {
    values: Float64Array.from(numbers),
    missing,
    mismatches: values.length - numbers.length - missing,
  };
}

function textsOf({ values }: Column): TextSample {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const value of values) {
    if (value === null) missing++;
    else counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  return { counts, missing };
}
