import type { Config } from '../../config/schema.ts';
import { LeewayError } from '../../lib/errors.ts';
import { kafkaOptions } from '../kafka-options.ts';
import type { KafkaTarget } from './kafka-sender.ts';

/**
 * Where a configured source reads, as the place to send to.
 *
 * @param topic Null: the only topic of the source.
 * @throws LeewayError LW_USAGE
 */
export function targetOfSource(
  config: Pick<Config, 'sources'>,
  name: string,
  topic: string | null,
): Omit<KafkaTarget, 'compression'> {
  const kafka = config.sources.filter(source => source.type === 'kafka');
  const source = kafka.find(one => one.name === name);
  if (source === undefined)
    throw new LeewayError(
      'LW_USAGE',
      `The configuration has no Kafka source ${name}; it has ${kafka.map(one => one.name).join(', ') || 'none'}.`,
    );
  const { brokers, topics, security } = kafkaOptions(source);
  const chosen = topic ?? (topics.length === 1 ? topics[0]! : null);
  if (chosen === null)
    throw new LeewayError('LW_USAGE', `The source ${name} reads several topics: say which by --topic.`);
  return { brokers, topic: chosen, security };
}
