/** How urgent a change of an alert is, and who is told of it. */
export const alertRoutes: readonly string[] = [
  `ALTER TABLE {db}.transitions{cluster} ADD COLUMN IF NOT EXISTS severity LowCardinality(String) DEFAULT 'critical' AFTER notify`,
  'ALTER TABLE {db}.transitions{cluster} ADD COLUMN IF NOT EXISTS routes Array(String) AFTER severity',
];
