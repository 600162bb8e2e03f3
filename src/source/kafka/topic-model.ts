/**
 * The model of a topic's records, by its name: what the group `model` of the pattern captures, as in
 * `inference\.(?<model>.+)`, or the whole name when the pattern has no such group. Undefined when the group took no part.
 */
export function createTopicModel(pattern: string | null): (topic: string) => string | undefined {
  if (pattern === null || !capturesModel(pattern)) return topic => topic;
  const whole = new RegExp(`^(?:${pattern})$`);
  return topic => whole.exec(topic)?.groups?.['model'];
}

/** Whether a pattern of topics has a group named `model`. */
export function capturesModel(pattern: string): boolean {
  return pattern.includes('(?<model>');
}
