/** Fewest values before a subject is taken for an identifier, and the share of different ones it takes. */
export const idLikeRows = 500;
export const idLikeShare = 0.9;

/** Fewest different event times before "only ever increases" says anything. */
const fewestTimes = 100;

/** Whether texts are identifiers: nearly every row has another one. */
export function textIsIdLike(counts: ReadonlyMap<string, number>, values: number): boolean {
  return values >= idLikeRows && counts.size > idLikeShare * values;
}

/**
 * Whether integers are identifiers, that is, numbers that say which row this is and nothing about it: nearly all
 * different, and either they never go down as event time goes up, or they fill a range without gaps. Does not depend on
 * the order of the rows.
 *
 * @param values one a row, finite or not
 * @param times event time of the same rows
 */
export function numberIsIdLike(values: Float64Array, times: Float64Array): boolean {
  if (values.length < idLikeRows || !values.every(value => Number.isInteger(value))) return false;
  const distinct = new Set(values).size;
  if (distinct <= idLikeShare * values.length) return false;
  return fillsRange(values, distinct) || onlyIncreases(values, times);
}

function fillsRange(values: Float64Array, distinct: number): boolean {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return distinct > 0.99 * values.length && high - low < 1.2 * values.length;
}

function onlyIncreases(values: Float64Array, times: Float64Array): boolean {
  const order = Uint32Array.from(values.keys()).sort(
    (a, b) => times[a]! - times[b]! || values[a]! - values[b]!,
  );
  let distinctTimes = 0;
  for (const [i, row] of order.entries()) {
    const before = order[i - 1];
    if (before === undefined || times[before] !== times[row]) distinctTimes++;
    if (before !== undefined && values[before]! > values[row]!) return false;
  }
  return distinctTimes >= fewestTimes;
}
