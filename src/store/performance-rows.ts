import { arrivalEdges } from '../domain/performance.ts';
import { seconds } from './row-reads.ts';

/** Cells of a log-odds of 1, and the log-odds beyond which scores lie in one cell. */
const cellsPerUnit = 64;
const mostOdds = 40;
/** Versions of one read that are told apart, the commonest ones; the rest is one. */
const mostVersions = 20;
const otherVersions = '(other)';

/** Hours [from, to), epoch seconds, and one of `parts` parts of their rows. */
export interface OutcomeRead {
  readonly from: number;
  readonly to: number;
  readonly part: number;
  readonly parts: number;
  /** What says when a label came: the store's clock, or, in a replay of old data, the label's own time. */
  readonly arrival: 'received' | 'time';
}

/** Truth in words: `1` is the number 1 as well as the text. */
const truth = "if(l.labelled != '', l.labelled, if(isFinite(l.label), toString(l.label), ''))";
const names = 'arraySort(mapKeys(i.scores))';
const byScores = `(length(${names}) = 2 AND arrayAll(s -> isFinite(s), mapValues(i.scores)) AND has(${names}, truth))`;
const byNumber = `(length(${names}) = 0 AND i.predicted = '' AND i.prediction >= 0 AND i.prediction <= 1
  AND lower(truth) IN ('0', '1', 'false', 'true', 'no', 'yes'))`;
/** Rising with the score: log-odds between 0 and 1, what lies outside beyond them. */
const cell = `toInt32(floor(${cellsPerUnit} * multiIf(score <= 0, -${mostOdds + 1} - asinh(-score), score >= 1, ${mostOdds + 1} + asinh(score - 1),
  least(${mostOdds}, greatest(-${mostOdds}, log(score / (1 - score)))))))`;

/**
 * What a row says of performance, one row each. A label is late by what it came after its row, not after the event: rows
 * that are sent in afterwards with their labels have them at once.
 */
function rowsSql(db: string, where: string, arrival: OutcomeRead['arrival']): string {
  return `SELECT toStartOfHour(i.bucket) AS at, i.version AS of_version, l.known = 1 AND truth != '' AS is_labelled, ${truth} AS truth,
      is_labelled AND (i.predicted != '' OR i.prediction IN (0, 1) AND truth IN ('0', '1')) AS is_classed,
      if(i.predicted != '', i.predicted, if(isFinite(i.prediction), toString(i.prediction), '')) AS said,
      is_labelled AND isFinite(i.prediction) AND isFinite(l.label) AS is_pair,
      if(is_pair, l.label - i.prediction, 0) AS off,
      is_labelled AND ${byScores} AS by_scores, is_labelled AND ${byNumber} AS by_number, by_scores OR by_number AS is_scored,
      toFloat64(if(by_scores, i.scores[${names}[2]], if(by_number, i.prediction, 0.5))) AS score,
      is_scored AND if(by_scores, truth = ${names}[2], lower(truth) IN ('1', 'true', 'yes')) AS is_positive,
      greatest(0, (toUnixTimestamp64Milli(l.came) - greatest(${arrival === 'received' ? 'toUnixTimestamp64Milli(i.received)' : '0'},
        1000 * (toUnixTimestamp(at) + 3600))) / 3600000) AS delay
    FROM (SELECT * FROM ${db}.inferences FINAL WHERE ${where}) AS i
    LEFT ANY JOIN (
      SELECT key, label, labelled, ${arrival} AS came, toUInt8(1) AS known FROM ${db}.labels FINAL
      WHERE model = {model:String} AND key IN (SELECT key FROM ${db}.inferences WHERE ${where})
    ) AS l ON i.key = l.key`;
}

/** Sums of labelled rows by hour and version. */
export function outcomesSql(db: string, { from, to, part, parts, arrival }: OutcomeRead): string {
  const slice = parts === 1 ? '' : ` AND cityHash64(key) % ${seconds(parts)} = ${seconds(part)}`;
  const period = `model = {model:String} AND environment = {environment:String}
    AND bucket >= toDateTime(${seconds(from)}) AND bucket < toDateTime(${seconds(to)})`;
  const where = `${period}${slice}`;
  const bins = [...arrivalEdges, Number.NaN].map(
    (_, i) => `countIf(is_labelled AND arrayCount(e -> e < delay, [${arrivalEdges.join(', ')}]) = ${i})`,
  );
  return `
    SELECT toUnixTimestamp(at) AS hour, if(of_version IN (
        SELECT version FROM ${db}.inferences WHERE ${period} GROUP BY version ORDER BY count() DESC, version LIMIT ${mostVersions}
      ), of_version, '${otherVersions}') AS name, count() AS all_rows, countIf(is_labelled) AS with_label,
      countIf(is_classed) AS with_class, countIf(is_classed AND said = truth) AS said_right,
      countIf(is_pair) AS with_numbers, sumIf(off, is_pair) AS sum1, sumIf(off * off, is_pair) AS sum2,
      sumIf(abs(off), is_pair) AS sum_abs, countIf(is_scored) AS with_score,
      countIf(is_scored AND score NOT IN (0, 1)) AS with_soft,
      sumMapIf([${cell}], [toUInt64(is_positive)], [toUInt64(NOT is_positive)], is_scored) AS cells,
      [${bins.join(', ')}] AS came_in
    FROM (${rowsSql(db, where, arrival)})
    GROUP BY hour, name ORDER BY hour, name
    SETTINGS do_not_merge_across_partitions_select_final = 1`;
}

type Numbers = readonly (number | string)[];

/** A row of `outcomesSql`. */
export interface OutcomeColumns {
  readonly hour: number;
  readonly name: string;
  readonly all_rows: string;
  readonly with_label: string;
  readonly with_class: string;
  readonly said_right: string;
  readonly with_numbers: string;
  readonly sum1: number;
  readonly sum2: number;
  readonly sum_abs: number;
  readonly with_score: string;
  readonly with_soft: string;
  readonly cells: readonly [Numbers, Numbers, Numbers];
  readonly came_in: Numbers;
}

/** The same row as it is kept. */
export function outcomeRow(row: OutcomeColumns): Readonly<Record<string, unknown>> {
  return {
    hour: Number(row.hour),
    version: row.name,
    rows: Number(row.all_rows),
    labelled: Number(row.with_label),
    classed: Number(row.with_class),
    right: Number(row.said_right),
    pairs: Number(row.with_numbers),
    error: row.sum1,
    error2: row.sum2,
    absolute: row.sum_abs,
    scored: Number(row.with_score),
    soft: Number(row.with_soft),
    keys: row.cells[0].map(Number),
    positives: row.cells[1].map(Number),
    negatives: row.cells[2].map(Number),
    arrived: row.came_in.map(Number),
  };
}
