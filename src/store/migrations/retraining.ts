/**
 * Who asked for an order and whom it goes to; who armed, disarmed, stopped and started what, with its history (table
 * `arming` kept the last word alone); how far each schedule has come; the secrets that callback tokens are made with.
 */
export const retraining: readonly string[] = [
  "ALTER TABLE {db}.orders{cluster} ADD COLUMN IF NOT EXISTS target LowCardinality(String) DEFAULT 'retraining' AFTER transition",
  "ALTER TABLE {db}.orders{cluster} ADD COLUMN IF NOT EXISTS trigger LowCardinality(String) DEFAULT 'policy' AFTER target",
  "ALTER TABLE {db}.orders{cluster} ADD COLUMN IF NOT EXISTS by String DEFAULT 'default' AFTER trigger",
  `CREATE TABLE IF NOT EXISTS {db}.switches{cluster} (
    name LowCardinality(String), model LowCardinality(String), turned UInt8, by String, reason String, at DateTime64(3, 'UTC'),
    written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (name, model, at)`,
  "INSERT INTO {db}.switches (name, model, turned, by, reason, at, written) SELECT 'armed', model, armed, by, '', at, at FROM {db}.arming FINAL",
  `CREATE TABLE IF NOT EXISTS {db}.schedule_slots{cluster} (
    schedule String, slot DateTime64(3, 'UTC'), at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:slot} ORDER BY schedule`,
  `CREATE TABLE IF NOT EXISTS {db}.token_secrets{cluster} (
    id String, secret String, at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY id`,
];
