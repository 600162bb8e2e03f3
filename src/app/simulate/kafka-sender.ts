import kafkajs, { type KafkaConfig, type Producer } from 'kafkajs';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Answer, Sender } from '../../simulate/ports.ts';
import { relieveRequestQueue } from '../../source/kafka/request-queue.ts';

export interface KafkaTarget {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** TLS and authentication, as kafkajs takes them. */
  readonly security: Pick<KafkaConfig, 'ssl' | 'sasl'>;
  readonly compression: 'none' | 'gzip';
}

/**
 * Produces to a topic; a send has succeeded when all in-sync replicas have it. What becomes of the records afterwards
 * Kafka does not tell.
 *
 * @throws LeewayError LW_KAFKA_ERROR when no broker answers, LW_USAGE when the topic is not there.
 */
export async function openKafkaSender(target: KafkaTarget, clock: Clock): Promise<Sender> {
  relieveRequestQueue(clock);
  const { topic, brokers, security } = target;
  const kafka = new kafkajs.Kafka({
    ...security,
    brokers: [...brokers],
    clientId: 'leeway-simulate',
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 3 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  try {
    await requireTopic(kafka, topic);
    await producer.connect();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    if (error instanceof LeewayError) throw error;
    throw new LeewayError(
      'LW_KAFKA_ERROR',
      `Cannot produce to ${topic} on ${brokers.join(', ')}: ${(error as Error).message}`,
      error,
    );
  }
  const compression =
    target.compression === 'gzip' ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None;
  return {
    target: `kafka ${brokers.join(',')} topic ${topic}`,
    send: async (payloads, signal) => {
      const messages = payloads.map(({ id, body }) => ({
        key: id,
        value: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      }));
      const sent = produce(producer, { topic, messages, acks: -1, compression });
      return untilAborted(sent, signal);
    },
    close: () => producer.disconnect(),
  };
}

async function requireTopic(kafka: InstanceType<typeof kafkajs.Kafka>, topic: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const topics = await admin.listTopics();
    if (topics.includes(topic)) return;
    throw new LeewayError(
      'LW_USAGE',
      `There is no topic ${topic}, and simulate makes none; there are ${
        topics
          .filter(name => !name.startsWith('__'))
          .slice(0, 20)
          .join(', ') || 'no topics'
      }.`,
    );
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function produce(producer: Producer, record: Parameters<Producer['send']>[0]): Promise<Answer> {
  try {
    await producer.send(record);
    return { kind: 'taken', refused: null };
  } catch (error) {
    const { name, type } = error as { name?: string; type?: string };
    return { kind: 'failed', reason: type ?? name ?? 'unknown' };
  }
}

/** kafkajs knows no signal: what is under way at the end is let go. */
function untilAborted(sent: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  return new Promise(resolve => {
    const letGo = () => resolve({ kind: 'failed', reason: 'no answer until the end' });
    if (signal.aborted) return letGo();
    signal.addEventListener('abort', letGo, { once: true });
    void sent.then(resolve).finally(() => signal.removeEventListener('abort', letGo));
  });
}
