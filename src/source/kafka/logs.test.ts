import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { createRecordedEvents } from '../../lib/events.ts';
import { createKafkaLog } from './logs.ts';

const make = () => {
  const clock = createManualClock(0);
  const events = createRecordedEvents();
  const resets: string[] = [];
  const log = createKafkaLog({ source: 'kafka', clock, events, onReset: (t, p) => resets.push(`${t}/${p}`) });
  return { clock, events, resets, log };
};

describe('log of kafkajs', () => {
  it('passes warnings and errors on, drops the rest', () => {
    const { events, log } = make();
    log({ level: 4, namespace: 'Runner', log: { message: 'starting' } });
    log({ level: 2, namespace: 'Runner', log: { message: 'The group is rebalancing' } });
    log({
      level: 1,
      namespace: 'Connection',
      log: { message: 'Connection error', error: 'ECONNREFUSED', broker: 'b:1' },
    });
    expect(events.seen.map(s => s.event)).toEqual([
      { code: 'LW_KAFKA_WARNING', message: 'kafka: The group is rebalancing' },
      { code: 'LW_KAFKA_ERROR', message: 'kafka: Connection error: ECONNREFUSED (b:1)' },
    ]);
  });

  it('says the same thing once in 30 s', () => {
    const { clock, events, log } = make();
    const entry = { level: 1, namespace: '', log: { message: 'Connection error' } };
    log(entry);
    clock.advance(29_000);
    log(entry);
    expect(events.seen).toHaveLength(1);
    clock.advance(1_000);
    log(entry);
    expect(events.seen).toHaveLength(2);
  });

  it('tells an offset reset apart, every time', () => {
    const { events, resets, log } = make();
    const entry = {
      level: 1,
      namespace: '',
      log: { message: 'Offset out of range, resetting to default offset', topic: 't', partition: 3 },
    };
    log(entry);
    log(entry);
    expect(resets).toEqual(['t/3', 't/3']);
    expect(events.seen).toEqual([]);
  });
});
