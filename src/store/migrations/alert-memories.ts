/**
 * What an alert knew after its last transition, written down from time to time: a restart goes on from there and does
 * not read everything since. It counts while `step` is that of the last transition; without it nothing is lost.
 */
export const alertMemories: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS {db}.alert_memories{cluster} (
    model LowCardinality(String), environment LowCardinality(String), policy LowCardinality(String),
    step UInt32, memory String, written DateTime64(3, 'UTC') DEFAULT now64(3)
  ) ENGINE = {replacing:written} ORDER BY (model, environment, policy)`,
];
