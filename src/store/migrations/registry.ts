/** What a model registry has told, and what became of it; kept as long as findings. */
export const registry: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS {db}.registry_events{cluster} (
    delivery String, at DateTime64(3, 'UTC'), event LowCardinality(String), name String, version String, alias String,
    model LowCardinality(String), outcome LowCardinality(String), detail String, baseline UInt32
  ) ENGINE = {replacing:at} ORDER BY delivery {ttl:toDateTime(at) + toIntervalDay(@daily)}`,
];
