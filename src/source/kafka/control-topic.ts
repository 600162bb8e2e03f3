import type { Admin } from 'kafkajs';
import { LeewayError } from '../../lib/errors.ts';
import { kafkaFailureText } from './failures.ts';

/** What is committed with the control partition: in which term its owner leads. */
interface ControlNote {
  readonly term: number;
  readonly by: string;
}

/**
 * Makes the control topic when there is none, with one partition. Returns whether it did. Throws LW_ELECTION_AWAY when
 * it is not allowed to.
 */
export async function ensureControlTopic(
  admin: Pick<Admin, 'listTopics' | 'createTopics'>,
  topic: string,
): Promise<boolean> {
  if ((await admin.listTopics()).includes(topic)) return false;
  try {
    // False when another member was faster.
    return await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  } catch (error) {
    throw new LeewayError(
      'LW_ELECTION_AWAY',
      `there is no topic ${topic} and it cannot be made: ${topicFailure(error)}. Make it with one partition, or allow this user to`,
      error,
    );
  }
}

/** Term of the last leader, 0 when nobody has led yet or it was forgotten. */
export async function readTerm(
  admin: Pick<Admin, 'fetchOffsets'>,
  of: { readonly group: string; readonly topic: string },
): Promise<number> {
  const [answer] = await admin.fetchOffsets({ groupId: of.group, topics: [of.topic] });
  return parseNote(answer?.partitions.find(({ partition }) => partition === 0)?.metadata ?? null)?.term ?? 0;
}

export function noteOf(note: ControlNote): string {
  return JSON.stringify(note);
}

export function parseNote(text: string | null): ControlNote | null {
  try {
    const { term, by } = JSON.parse(text ?? '') as Partial<ControlNote>;
    return Number.isSafeInteger(term) && term! > 0 ? { term: term!, by: String(by) } : null;
  } catch {
    return null;
  }
}

function topicFailure(error: unknown): string {
  const { errors } = error as { errors?: unknown };
  return kafkaFailureText(Array.isArray(errors) && errors.length > 0 ? errors[0] : error);
}
