import kafkajs from 'kafkajs';
import type { Tools } from './harness.ts';
import { corruptionOf, type Line, type LineRecord } from './line-records.ts';

/** Sends the records of a line, in order. */
export interface LineSender {
  /** Sends records [from, to) and resolves when the broker has them. */
  send(from: number, to: number): Promise<void>;
  /** Expected rejects so far: reason by `topic/partition/offset`. */
  readonly corrupted: ReadonlyMap<string, string>;
  /** One past the last offset of each partition. */
  readonly ends: readonly number[];
}

const chunk = 2000;

export function createLineSender(tools: Tools, topic: string, line: Line): LineSender {
  const corrupted = new Map<string, string>();
  const ends = Array.from({ length: line.partitions }, () => 0);
  let chunks = 0;
  const sendChunk = async (from: number, to: number): Promise<void> => {
    const records = Array.from({ length: to - from }, (_, i) => ({
      index: from + i,
      ...line.record(from + i),
    }));
    const answers = await tools.producer.send({
      topic,
      acks: -1,
      compression: chunks++ % 4 === 0 ? kafkajs.CompressionTypes.GZIP : kafkajs.CompressionTypes.None,
      messages: records.map(({ partition, value }) => ({ partition, value })),
    });
    for (const answer of answers) note(answer, records);
  };
  const note = (
    answer: { readonly partition: number; readonly baseOffset?: string },
    records: readonly (LineRecord & { readonly index: number })[],
  ) => {
    const base = Number(answer.baseOffset);
    const own = records.filter(record => record.partition === answer.partition);
    for (const [i, record] of own.entries())
      if (record.kind === 'corrupted')
        corrupted.set(`${topic}/${answer.partition}/${base + i}`, corruptionOf(record.index));
    ends[answer.partition] = base + own.length;
  };
  return {
    send: async (from, to) => {
      for (let at = from; at < to; at += chunk) await sendChunk(at, Math.min(to, at + chunk));
    },
    corrupted,
    ends,
  };
}
