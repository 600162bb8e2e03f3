/**
 * Migration 1: every table. `{replacing:x}` and the like are placeholders filled by `ddl.ts`:
 * {db} database, {cluster} an ON CLUSTER clause or nothing, {merge} / {replacing:column} the engine, {ttl:expression} a
 * TTL clause or nothing (tests migrate without). Names are contracts: dashboards and users query them.
 */
export const tables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS {db}.inferences{cluster} (
    model LowCardinality(String), bucket DateTime('UTC'), key FixedString(16) DEFAULT MD5(id),
    version LowCardinality(String), id String, time DateTime64(3, 'UTC'),
    num Map(LowCardinality(String), Float64), cat Map(LowCardinality(String), LowCardinality(String)),
    prediction Float64, predicted LowCardinality(String), scores Map(LowCardinality(String), Float64),
    latency_seconds Float64, status UInt16, error LowCardinality(String), request_bytes Float64, response_bytes Float64,
    segment Map(LowCardinality(String), LowCardinality(String)), environment LowCardinality(String),
    time_source LowCardinality(String), source LowCardinality(String), position String,
    content UInt64 DEFAULT cityHash64(num, cat, prediction, predicted, scores, latency_seconds, status, error, request_bytes, response_bytes, segment),
    revision UInt64 DEFAULT bitOr(bitShiftLeft(toUInt64(1), 56), bitShiftRight(content, 8)),
    received DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:revision} PARTITION BY toYYYYMMDD(bucket)
  ORDER BY (model, environment, bucket, key, version, time) {ttl:greatest(bucket, toDateTime(received)) + toIntervalDay(@raw)}`,
  `CREATE TABLE IF NOT EXISTS {db}.labels{cluster} (
    model LowCardinality(String), key FixedString(16) DEFAULT MD5(id), id String,
    label Float64, labelled LowCardinality(String), time DateTime64(3, 'UTC'),
    source LowCardinality(String), position String,
    precedence UInt64 DEFAULT bitOr(bitShiftLeft(toUInt64(greatest(toUnixTimestamp64Milli(time), 0)), 20), bitAnd(cityHash64(source, position), 1048575)),
    received DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:precedence} ORDER BY (model, key) {ttl:toDateTime(received) + toIntervalDay(@labels)}`,
  `CREATE TABLE IF NOT EXISTS {db}.halves{cluster} (
    source LowCardinality(String), pair String, side LowCardinality(String), time DateTime64(3, 'UTC'), body String,
    position String, received DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:received} ORDER BY (source, pair, side) {ttl:toDateTime(received) + toIntervalDay(2)}`,
  `CREATE TABLE IF NOT EXISTS {db}.requests{cluster} (
    idempotency_key String, time DateTime64(3, 'UTC'), answer String
  ) ENGINE = {replacing:time} ORDER BY idempotency_key {ttl:toDateTime(time) + toIntervalHour(24)}`,
  `CREATE TABLE IF NOT EXISTS {db}.rejects{cluster} (
    source LowCardinality(String), position String, at DateTime64(3, 'UTC') DEFAULT now64(3),
    reason LowCardinality(String), detail String, content String, payload String
  ) ENGINE = {replacing:at} ORDER BY (source, position) {ttl:toDateTime(at) + toIntervalDay(@raw)}`,
  `CREATE TABLE IF NOT EXISTS {db}.erasures{cluster} (
    model LowCardinality(String), key FixedString(16), at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY (model, key)`,
  `CREATE TABLE IF NOT EXISTS {db}.baselines{cluster} (
    model LowCardinality(String), baseline UInt32, origin LowCardinality(String), created DateTime64(3, 'UTC'), rows UInt64,
    from DateTime64(3, 'UTC'), to DateTime64(3, 'UTC'), note String
  ) ENGINE = {replacing:created} ORDER BY (model, baseline)`,
  `CREATE TABLE IF NOT EXISTS {db}.baseline_subjects{cluster} (
    model LowCardinality(String), baseline UInt32, subject LowCardinality(String), kind LowCardinality(String), aside LowCardinality(String),
    edges Array(Float64), categories Array(String), n UInt64, n_missing UInt64, n_nan UInt64, n_mismatch UInt64,
    sum Float64, sum2 Float64, bins Array(UInt16), counts Array(UInt64), noise String,
    created DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:created} ORDER BY (model, baseline, subject)`,
  `CREATE TABLE IF NOT EXISTS {db}.activations{cluster} (
    model LowCardinality(String), version LowCardinality(String), baseline UInt32, from DateTime64(3, 'UTC'),
    at DateTime64(3, 'UTC'), by String
  ) ENGINE = {replacing:at} ORDER BY (model, version, from, baseline)`,
  `CREATE TABLE IF NOT EXISTS {db}.transitions{cluster} (
    id String, model LowCardinality(String), environment LowCardinality(String), policy LowCardinality(String),
    episode UInt32, from LowCardinality(String), to LowCardinality(String), reason LowCardinality(String),
    at DateTime64(3, 'UTC'), window_start DateTime('UTC'), window_seconds UInt32, notify UInt8,
    subjects Array(String), memory String, body String, written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (model, environment, policy, id)`,
  `CREATE TABLE IF NOT EXISTS {db}.deliveries{cluster} (
    message String, endpoint LowCardinality(String), attempt UInt32, at DateTime64(3, 'UTC'), outcome LowCardinality(String),
    status UInt16, detail String, duration_seconds Float64, next DateTime64(3, 'UTC')
  ) ENGINE = {replacing:at} ORDER BY (message, endpoint, attempt) {ttl:toDateTime(at) + toIntervalDay(@daily)}`,
  `CREATE TABLE IF NOT EXISTS {db}.orders{cluster} (
    id String, step UInt32, model LowCardinality(String), environment LowCardinality(String), kind LowCardinality(String),
    state LowCardinality(String), reason String, at DateTime64(3, 'UTC'), transition String, body String, result String,
    written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (model, id, step)`,
  `CREATE TABLE IF NOT EXISTS {db}.callbacks{cluster} (
    order_id String, event_id String, state LowCardinality(String), at DateTime64(3, 'UTC'), body String
  ) ENGINE = {replacing:at} ORDER BY (order_id, event_id)`,
  `CREATE TABLE IF NOT EXISTS {db}.silences{cluster} (
    id String, model LowCardinality(String), checks Array(String), subjects Array(String), from DateTime64(3, 'UTC'), to DateTime64(3, 'UTC'),
    by String, note String, deleted UInt8, at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY id`,
  `CREATE TABLE IF NOT EXISTS {db}.endpoints{cluster} (
    name String, kind LowCardinality(String), state LowCardinality(String), detail String, at DateTime64(3, 'UTC')
  ) ENGINE = {replacing:at} ORDER BY (name, kind)`,
  `CREATE TABLE IF NOT EXISTS {db}.arming{cluster} (
    model LowCardinality(String), armed UInt8, by String, at DateTime64(3, 'UTC')
  ) ENGINE = {replacing:at} ORDER BY model`,
  `CREATE TABLE IF NOT EXISTS {db}.touched{cluster} (
    model LowCardinality(String), environment LowCardinality(String), bucket DateTime('UTC'), at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY (model, environment, bucket) {ttl:greatest(bucket, toDateTime(at)) + toIntervalDay(@daily)}`,
  `CREATE TABLE IF NOT EXISTS {db}.progress{cluster} (
    source LowCardinality(String), partition String, position String, watermark DateTime64(3, 'UTC'), lag Int64,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY (source, partition)`,
  `CREATE TABLE IF NOT EXISTS {db}.job_runs{cluster} (
    job LowCardinality(String), model LowCardinality(String), started DateTime64(3, 'UTC'), finished DateTime64(3, 'UTC'),
    outcome LowCardinality(String), detail String
  ) ENGINE = {merge} ORDER BY (job, model, started) {ttl:toDateTime(started) + toIntervalDay(@raw)}`,
  `CREATE TABLE IF NOT EXISTS {db}.profiles{cluster} (
    model LowCardinality(String), environment LowCardinality(String), baseline UInt32, grain UInt32, bucket DateTime('UTC'),
    generation UInt64, version LowCardinality(String), segment LowCardinality(String), subject LowCardinality(String),
    n UInt64, n_missing UInt64, n_nan UInt64, n_mismatch UInt64, sum Float64, sum2 Float64,
    bins Array(UInt16), counts Array(UInt32), extra Map(String, UInt32)
  ) ENGINE = {merge} PARTITION BY (grain, toYYYYMM(bucket))
  ORDER BY (model, environment, baseline, grain, bucket, generation, version, segment, subject)
  {ttl:bucket + toIntervalDay(multiIf(grain = 300, @fiveMinute, grain = 3600, @hourly, @daily))} SETTINGS index_granularity = 256`,
  `CREATE TABLE IF NOT EXISTS {db}.profile_runs{cluster} (
    model LowCardinality(String), environment LowCardinality(String), baseline UInt32, grain UInt32, bucket DateTime('UTC'),
    generation UInt64, started DateTime64(3, 'UTC'), rows UInt64, key_sum UInt64, duplicates UInt64, reused UInt64,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:generation} ORDER BY (model, environment, baseline, grain, bucket)
  {ttl:bucket + toIntervalDay(@daily)}`,
  `CREATE TABLE IF NOT EXISTS {db}.findings{cluster} (
    model LowCardinality(String), environment LowCardinality(String), check LowCardinality(String), subject LowCardinality(String),
    version LowCardinality(String), segment LowCardinality(String), window_start DateTime('UTC'), window_seconds UInt32,
    generation UInt64, verdict LowCardinality(String), calibration LowCardinality(String), noise_version UInt32,
    p Float64, alpha Float64, effect Float64, effect_low Float64, effect_high Float64, tolerance Float64,
    n UInt64, n_reference UInt64, smallest_detectable Float64, baseline UInt32, detail String, sentence String,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:generation}
  ORDER BY (model, environment, check, subject, version, segment, window_seconds, window_start) {ttl:window_start + toIntervalDay(@daily)}`,
];
