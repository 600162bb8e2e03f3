/**
 * What a receiver answered and started, since when an endpoint takes messages, and endpoints that are kept here: their
 * address and secrets are sealed before they come (AES-256-GCM).
 */
export const delivery: readonly string[] = [
  'ALTER TABLE {db}.deliveries{cluster} ADD COLUMN IF NOT EXISTS answer String',
  'ALTER TABLE {db}.deliveries{cluster} ADD COLUMN IF NOT EXISTS run String',
  'ALTER TABLE {db}.deliveries{cluster} ADD COLUMN IF NOT EXISTS url String',
  `ALTER TABLE {db}.endpoints{cluster} ADD COLUMN IF NOT EXISTS since DateTime64(3, 'UTC')`,
  `CREATE TABLE IF NOT EXISTS {db}.receivers{cluster} (
    name String, type LowCardinality(String), takes LowCardinality(String), sealed String, by String, removed UInt8,
    at DateTime64(3, 'UTC')
  ) ENGINE = {replacing:at} ORDER BY name`,
];
