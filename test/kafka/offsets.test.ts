import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaAvailable } from './broker.ts';
import { until } from './harness.ts';
import { type Ingester, startIngester } from './ingesters.ts';
import { type IntakeLine, openIntakeLine } from './intake-line.ts';

/** What the group had read is no longer what the broker has. The service is down meanwhile, as it is when it happens. */
describe.skipIf(!kafkaAvailable())('offsets that have gone', () => {
  let line: IntakeLine;
  let service: Ingester;
  let sent: string[] = [];
  beforeAll(async () => {
    line = await openIntakeLine();
  });
  afterAll(async () => {
    await service?.stop();
    await line?.close();
  });

  /** Sends rows with new ids to every partition; `each` to one of them. */
  const send = async (name: string, each: number) => {
    const rows = Array.from({ length: each * 4 }, (_, i) => `${name}-${i}`);
    await line.tools.producer.send({
      topic: line.topic,
      messages: rows.map((id, i) => ({
        partition: i % 4,
        value: JSON.stringify({
          id,
          model: 'gap',
          time: new Date().toISOString(),
          features: { a: i },
          prediction: 1,
        }),
      })),
    });
    return rows;
  };
  const isRead = async () => (await line.committed()) === (await line.written());

  it('reports how many records retention took before they were read, and reads on behind them', async () => {
    service = await startIngester(line.config());
    sent = await send('read', 100);
    await until('all is read', isRead);
    expect(await service.stop()).toBe(0);
    const gone = await send('gone', 250);
    // Partition 0 loses 200 records that nobody has read, partition 1 loses 30, the others none.
    const partitions = [
      { partition: 0, offset: '300' },
      { partition: 1, offset: '130' },
      { partition: 2, offset: '100' },
    ];
    await line.tools.admin.deleteTopicRecords({ topic: line.topic, partitions });
    const began = performance.now();
    service = await startIngester(line.config());
    await until('all is read', isRead);
    const seconds = (performance.now() - began) / 1000;
    await until(
      'the gaps are told',
      async () => (await service.metric('leeway_source_offsets_missing_total')) > 200,
    );
    expect(await service.metric('leeway_source_offsets_missing_total')).toBe(230);
    expect(await service.metric('leeway_source_offset_resets_total')).toBe(2);
    const told = service.log('records were gone before they were read').map(entry => ({
      partition: String(entry['partition']).split('/').at(-1),
      from: entry['from'],
      to: entry['to'],
      missing: entry['missing'],
    }));
    expect(told.sort((a, b) => Number(a.partition) - Number(b.partition))).toEqual([
      { partition: '0', from: '100', to: '300', missing: 200 },
      { partition: '1', from: '100', to: '130', missing: 30 },
    ]);
    const lost = new Set(gone.filter((_, i) => (i % 4 === 0 && i < 800) || (i % 4 === 1 && i < 120)));
    expect(lost.size).toBe(230);
    sent = [...sent, ...gone.filter(id => !lost.has(id))];
    await line.expectAll(sent);
    expect([...(await line.ids()).keys()].filter(id => lost.has(id))).toEqual([]);
    console.log(`230 records gone: told, and all others read ${seconds.toFixed(1)} s after the start`);
  });

  it('reads everything again when the offsets of the group have expired, and stores nothing twice', async () => {
    expect(await service.stop()).toBe(0);
    await line.tools.admin.deleteGroups([line.group]);
    expect(await line.tools.committed(line.group, line.topic)).toEqual([-1, -1, -1, -1]);
    const more = await send('later', 50);
    const began = performance.now();
    service = await startIngester(line.config());
    await until('all is read', isRead);
    // Everything that is still in the topic, old and new.
    const ends = await line.tools.admin.fetchTopicOffsets(line.topic);
    const there = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    await until(
      'all is stored again',
      async () => (await service.metric('leeway_rows_stored_total')) === there,
    );
    expect(there).toBeGreaterThan(more.length);
    expect(await service.metric('leeway_source_offset_resets_total')).toBe(0);
    sent = [...sent, ...more];
    await line.expectAll(sent);
    expect((await line.ids()).size).toBe(sent.length);
    console.log(`${there} records read again in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  });
});
