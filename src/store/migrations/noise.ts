/**
 * Migration 3: the fitted noise of streams. A row is one subject of one version; `version` is the day up to whose start
 * the history reaches, and a version is never written twice with another content.
 */
export const noise: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS {db}.noise{cluster} (
    model LowCardinality(String), environment LowCardinality(String), baseline UInt32, version UInt32,
    subject LowCardinality(String), hours UInt32, inherited UInt32, body String, at DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:at} ORDER BY (model, environment, baseline, version, subject) {ttl:toDateTime(at) + toIntervalDay(@daily)}`,
];
