import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../../lib/events.ts';
import { withHint } from './hints.ts';

/** One entry of kafkajs's log, as far as it is used. */
export interface KafkaLogEntry {
  readonly level: number;
  readonly namespace: string;
  readonly log: Readonly<Record<string, unknown>> & { readonly message: string };
}

/** kafkajs's levels: ERROR 1, WARN 2, INFO 4, DEBUG 5. */
const warn = 2;
/** The same line is passed on at most this often: a broker that is away repeats itself several times a second. */
const quietMilliseconds = 30_000;
const mostRemembered = 200;
/** Logged by kafkajs 2.2.4 where it resets an offset; it has neither an event nor a callback for it. */
const resetMessage = 'Offset out of range, resetting to default offset';

export interface KafkaLogDeps {
  readonly source: string;
  readonly clock: Clock;
  readonly events: Events;
  /** A committed offset was out of range; reading goes on at the earliest. */
  readonly onReset: (topic: string, partition: number) => void;
}

/** Takes kafkajs's log lines: warnings and errors become events, an offset reset is told apart, the rest is dropped. */
export function createKafkaLog(deps: KafkaLogDeps): (entry: KafkaLogEntry) => void {
  const told = new Map<string, number>();
  const isNews = (text: string): boolean => {
    const now = deps.clock.now();
    const last = told.get(text);
    if (last !== undefined && now - last < quietMilliseconds) return false;
    if (told.size >= mostRemembered) told.clear();
    told.set(text, now);
    return true;
  };
  return ({ level, log }) => {
    if (log.message === resetMessage) return deps.onReset(String(log['topic']), Number(log['partition']));
    if (level > warn) return;
    const reason = typeof log['error'] === 'string' ? `: ${log['error']}` : '';
    const broker = typeof log['broker'] === 'string' ? ` (${log['broker']})` : '';
    const text = withHint(`${deps.source}: ${log.message}${reason}${broker}`);
    if (isNews(text))
      deps.events.problemOccurred({
        code: level < warn ? 'LW_KAFKA_ERROR' : 'LW_KAFKA_WARNING',
        message: text,
      });
  };
}
