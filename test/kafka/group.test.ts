import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { createTools, fresh, pause, type Reader, startReader, type Tools, until } from './harness.ts';

describe.skipIf(!kafkaAvailable())('a group on a real broker', () => {
  let broker: Broker;
  let tools: Tools;
  beforeAll(async () => {
    broker = await startBroker();
    tools = await createTools(broker.brokers);
  });
  afterAll(async () => {
    await tools?.close();
    await broker?.remove();
  });
  const topicOf = async (partitions: number) => {
    const topic = fresh('infer');
    await tools.admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
    return topic;
  };
  const send = async (topic: string, partitions: number, each: number, from = 0) => {
    for (let partition = 0; partition < partitions; partition++)
      await tools.producer.send({
        topic,
        messages: Array.from({ length: each }, (_, i) => ({ partition, value: `${partition}-${from + i}` })),
      });
  };
  const all = (...readers: Reader[]) => new Set(readers.flatMap(r => r.bodies()));
  const commits = (reader: Reader) =>
    reader.seen('offsetCommitted') as { partition: string; offset: string }[];

  it('drops what is being stored when a second member joins: nothing lost, nothing committed by the loser', async () => {
    const topic = await topicOf(4);
    const group = fresh('g');
    await send(topic, 4, 50);
    const aborted: string[] = [];
    let release = () => {};
    const released = new Promise<void>(resolve => (release = resolve));
    let held = 0;
    const first = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      // Its first batches hang past the rebalance and then count as stored, whatever the signal says.
      store: async (batch, signal) => {
        if (held++ >= 4) return;
        signal.addEventListener('abort', () => aborted.push(batch.partition));
        await released;
      },
    });
    await until('four sinks are pending', () => held === 4);
    const second = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('all four were let go', () => aborted.length === 4);
    expect(first.seen('partitionLost')).toHaveLength(4);
    expect(commits(first)).toEqual([]);
    await until('every record is stored by one of them', () => all(first, second).size === 200);
    await until(
      'all is committed',
      async () => String(await tools.committed(group, topic)) === '50,50,50,50',
    );
    const committedByFirst = commits(first).length;
    // Half of the partitions went to the second member; the first commits none of those, not even late.
    release();
    await pause(1_500);
    expect(commits(first)).toHaveLength(committedByFirst);
    const owners = new Map<string, Set<string>>();
    for (const [name, reader] of [
      ['first', first],
      ['second', second],
    ] as const)
      for (const c of commits(reader))
        owners.set(c.partition, (owners.get(c.partition) ?? new Set()).add(name));
    expect([...owners.values()].every(o => o.size === 1)).toBe(true);
    expect(await tools.committed(group, topic)).toEqual([50, 50, 50, 50]);
    await first.source.stop();
    await second.source.stop();
  });

  it('loses nothing while members come and go under traffic', async () => {
    const topic = await topicOf(4);
    const group = fresh('g');
    const options = { brokers: broker.brokers, group, topics: [topic], store: () => pause(30) };
    const readers = [await startReader(options)];
    for (let round = 0; round < 6; round++) {
      await send(topic, 4, 100, round * 100);
      if (round % 2 === 0) readers.push(await startReader(options));
      else await readers.at(-1)!.source.stop();
      await pause(700);
    }
    await until('every record is stored', () => all(...readers).size === 2400, 60);
    await until(
      'all is committed',
      async () => String(await tools.committed(group, topic)) === '600,600,600,600',
    );
    // Commits of one member never go back between two assignments of the partition.
    for (const reader of readers) {
      const last = new Map<string, number>();
      for (const c of commits(reader)) {
        expect(Number(c.offset)).toBeGreaterThan(last.get(c.partition) ?? 0);
        last.set(c.partition, Number(c.offset));
      }
      expect(reader.crashes).toEqual([]);
      await reader.source.stop();
    }
  });

  /** A member in another process; `said` tells whether it has written such a line. */
  const startMember = (group: string, topic: string, milliseconds: number) => {
    const script = fileURLToPath(new URL('member.ts', import.meta.url));
    const args = ['--import', 'tsx', script, broker.brokers[0]!, group, topic, String(milliseconds)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => child.kill('SIGKILL'));
    let out = '';
    child.stdout.on('data', chunk => (out += String(chunk)));
    return { child, said: (what: string) => out.split('\n').some(line => line.startsWith(what)) };
  };

  it('redelivers what a killed process had not committed', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, 1, 20);
    const member = startMember(group, topic, 60_000);
    await until('it has the batch', () => member.said('handed'));
    member.child.kill('SIGKILL');
    expect(await tools.committed(group, topic)).toEqual([-1]);
    const next = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('redelivered', () => all(next).size === 20);
    await next.source.stop();
  });

  it('lets a process that hung past its session commit nothing when it wakes', async () => {
    const topic = await topicOf(1);
    const group = fresh('g');
    await send(topic, 1, 20);
    const member = startMember(group, topic, 1_000);
    await until('it has the batch', () => member.said('handed'));
    member.child.kill('SIGSTOP');
    const next = await startReader({ brokers: broker.brokers, group, topics: [topic] });
    await until('the other has taken over', async () => (await tools.committed(group, topic))[0] === 20);
    await send(topic, 1, 5, 20);
    await until('and gone on', async () => (await tools.committed(group, topic))[0] === 25);
    member.child.kill('SIGCONT');
    await until('it knows', () => member.said('lost'));
    await pause(2_000);
    expect(member.said('committed')).toBe(false);
    expect(await tools.committed(group, topic)).toEqual([25]);
    member.child.kill('SIGKILL');
    await next.source.stop();
  });

  it.skipIf(process.env['KAFKA_BROKERS'])('outlives a broker that is killed in mid-stream', async () => {
    const topic = await topicOf(2);
    const group = fresh('g');
    const reader = await startReader({
      brokers: broker.brokers,
      group,
      topics: [topic],
      store: () => pause(100),
    });
    await send(topic, 2, 500);
    await until('it reads', () => reader.batches.length > 0);
    await broker.kill();
    await pause(2_000);
    expect(reader.crashes).toEqual([]);
    await broker.restart();
    await send(topic, 2, 500, 500);
    await until('every record is stored', () => all(reader).size === 2000, 60);
    await until(
      'all is committed',
      async () => String(await tools.committed(group, topic)) === '1000,1000',
      60,
    );
    expect(reader.source.state).toBe('running');
    await reader.source.stop();
  });

  it.skipIf(process.env['KAFKA_BROKERS'])('stays paused through a broker restart', async () => {
    const topic = await topicOf(1);
    const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
    await until('it has joined', () => reader.seen('sourceStarted').length > 0);
    reader.source.pause('writer behind');
    await broker.restart();
    await send(topic, 1, 10);
    await until('it has joined again or kept its place', () => reader.lags.some(l => l.lag === 10), 60);
    await pause(2_000);
    expect(reader.bodies()).toEqual([]);
    reader.source.resume();
    await until('all is read', () => reader.bodies().length === 10);
    await reader.source.stop();
  });

  it.skipIf(process.env['KAFKA_BROKERS'])(
    'starts while the broker is away, and stops in time when it stays away',
    async () => {
      const topic = await topicOf(1);
      await send(topic, 1, 10);
      await broker.stop();
      const reader = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
      const idle = await startReader({ brokers: broker.brokers, group: fresh('g'), topics: [topic] });
      await until('it is said', () => reader.seen('sourceCrashed').length > 0);
      expect(reader.seen('sourceCrashed')[0]).toMatchObject({ restarts: true });
      const began = Date.now();
      await idle.source.stop();
      expect(Date.now() - began).toBeLessThan(10_000);
      await broker.restart();
      await until('all is read', () => reader.bodies().length === 10, 60);
      expect(reader.crashes).toEqual([]);
      await reader.source.stop();
    },
  );
});
