import { inspectKafka, type KafkaState } from '../../source/kafka/inspect.ts';
import type { KafkaOptions } from '../../source/kafka/options.ts';
import { countText, type DoctorLine, linesOf } from './line.ts';

/** Each Kafka source: are its brokers there, may it read, how far behind is the group. */
export async function kafkaLines(
  sources: readonly KafkaOptions[],
  inspect: (options: KafkaOptions) => Promise<KafkaState> = inspectKafka,
): Promise<DoctorLine[]> {
  const all = await Promise.all(sources.map(options => sourceLines(options, inspect)));
  return all.flat();
}

async function sourceLines(
  options: KafkaOptions,
  inspect: (options: KafkaOptions) => Promise<KafkaState>,
): Promise<DoctorLine[]> {
  const { ok, warn, fail } = linesOf(`source ${options.name}`);
  const brokers = options.brokers.join(', ');
  let state: KafkaState;
  try {
    state = await inspect(options);
  } catch (error) {
    const advice = 'Check brokers, tls and sasl of the source, and that the port is open from this machine.';
    return [fail('brokers', `${brokers}: ${(error as Error).message}`, advice)];
  }
  const lines = [ok('brokers', `${countText(state.brokers, 'broker')} by way of ${brokers}`)];
  for (const words of state.refused)
    lines.push(fail('permission', words, `Give this identity Read and Describe on it (kafka-acls --add).`));
  if (state.missing.length > 0)
    lines.push(warn('topics', `not there: ${state.missing.join(', ')}`, 'Create them, or correct `topics`.'));
  if (state.topics.length > 0) lines.push(topicsLine(options, state));
  else if (state.missing.length === 0)
    lines.push(warn('topics', 'no topic fits', 'Correct `topics` or `pattern` of the source.'));
  return [...lines, ...groupLine(options, state)];
}

/** Lag above which it is said, records. */
const muchLag = 100_000;

function topicsLine(options: KafkaOptions, { topics }: KafkaState): DoctorLine {
  const { ok, warn } = linesOf(`source ${options.name}`);
  const lag = topics.reduce((sum, topic) => sum + (topic.lag ?? 0), 0);
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
  const names = topics.slice(0, 5).map(({ topic }) => topic);
  const text = `${names.join(', ')}${topics.length > 5 ? ', ...' : ''} with ${countText(partitions, 'partition')}; ${countText(lag, 'record')} not read yet`;
  if (lag <= muchLag) return ok('lag', text);
  return warn('lag', text, 'Wait while it catches up; add processes with --roles ingest in the same group.');
}

function groupLine({ name, group }: KafkaOptions, { group: state }: KafkaState): DoctorLine[] {
  const { ok, warn } = linesOf(`source ${name}`);
  if (state === null) return [];
  const text = `group ${group} is ${state.state} with ${countText(state.members, 'member')}`;
  if (state.state === 'Stable') return [ok('group', text)];
  const advice =
    state.members === 0
      ? 'Nobody reads: start Leeway with this source, or look why its consumer does not join.'
      : 'It is being divided anew; when that lasts, look for members that come and go.';
  return [warn('group', text, advice)];
}
