/**
 * What people ask of alerts. A silence is one row that is written again when it is ended; acknowledgements and pauses
 * keep every word that was said, and the last one counts. `silences.model` was never written.
 */
export const controls: readonly string[] = [
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS models Array(String) AFTER model',
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS environments Array(String) AFTER models',
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS policies Array(String) AFTER environments',
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS cron String AFTER `to`',
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS duration_seconds UInt32 AFTER cron',
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS time_zone String AFTER duration_seconds',
  "ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS created DateTime64(3, 'UTC') AFTER note",
  "ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS ended DateTime64(3, 'UTC') AFTER created",
  'ALTER TABLE {db}.silences{cluster} ADD COLUMN IF NOT EXISTS ended_by String AFTER ended',
  `CREATE TABLE IF NOT EXISTS {db}.acknowledgements{cluster} (
    model LowCardinality(String), environment LowCardinality(String), policy LowCardinality(String), episode UInt32,
    acknowledged UInt8, by String, note String, at DateTime64(3, 'UTC'), written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (model, environment, policy, episode, at)`,
  `CREATE TABLE IF NOT EXISTS {db}.pauses{cluster} (
    model LowCardinality(String), environment LowCardinality(String), policy LowCardinality(String),
    paused UInt8, until DateTime64(3, 'UTC'), by String, note String, at DateTime64(3, 'UTC'),
    written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (model, environment, policy, at)`,
];
