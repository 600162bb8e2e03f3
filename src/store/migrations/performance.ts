/**
 * Labelled rows in sums, by hour and version: what performance is judged from. A row with part 65535 is the commit
 * record of its hour: the hour's sums count at that generation alone. `keys` are cells of the score's log-odds.
 */
export const performance: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS {db}.performance{cluster} (
    model LowCardinality(String), environment LowCardinality(String), hour DateTime('UTC'), version LowCardinality(String),
    part UInt16, generation UInt64, rows UInt64, labelled UInt64, classed UInt64, "right" UInt64, pairs UInt64,
    error Float64, error2 Float64, absolute Float64, scored UInt64, soft UInt64,
    keys Array(Int32), positives Array(UInt64), negatives Array(UInt64), arrived Array(UInt64)
  ) ENGINE = {replacing:generation} ORDER BY (model, environment, hour, version, part)
  {ttl:hour + toIntervalDay(@daily)}`,
];
