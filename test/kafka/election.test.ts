import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { systemWatch } from '../../src/lib/watch.ts';
import { createKafkaElection } from '../../src/source/kafka/election.ts';
import { electionContract } from '../contract/election.contract.ts';
import { bundle } from '../fault/story/bundle.ts';
import { digest } from '../fault/story/campaign.ts';
import { startBefore } from '../fault/story/history.ts';
import { differences } from '../fault/story/state.ts';
import { type Broker, kafkaAvailable, startBroker } from './broker.ts';
import { type PlannedStrike, type StoryPlan, type Told, tellStory } from './detectors.ts';
import { createTools, fresh, type Tools, until } from './harness.ts';

/** Strikes; CI has one of each kind with a short session, a full run more of them with the session people have. */
const strikeCount = Number(process.env['LEEWAY_ELECTION_KILLS'] ?? 4);
const full = strikeCount > 4;
const strikesOfStory = 4;

describe.skipIf(!kafkaAvailable())('the election', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-election-'));
  let broker: Broker;
  let tools: Tools;
  beforeAll(async () => {
    broker = await startBroker({ 'group.min.session.timeout.ms': '1000' });
    tools = await createTools(broker.brokers);
  });
  afterAll(async () => {
    await tools?.close();
    await broker?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const memberOf = (group: string, topic: string, events = createRecordedEvents(), by = fresh('host')) =>
    createKafkaElection({
      clock: systemClock,
      watch: systemWatch,
      random: Math.random,
      events,
      options: {
        brokers: broker.brokers,
        clientId: 'test',
        group,
        topic,
        by,
        sessionTimeout: 2_000,
        heartbeatInterval: 200,
        security: {},
      },
    });

  describe('through a control topic', () => {
    electionContract(() => {
      const [group, topic] = [fresh('g'), fresh('control')];
      return { member: () => memberOf(group, topic), until: (what, holds) => until(what, holds) };
    });

    it('makes its topic with one partition and says so; nobody ever writes into it', async () => {
      const [group, topic] = [fresh('g'), fresh('control')];
      const events = createRecordedEvents();
      const member = memberOf(group, topic, events);
      await member.start();
      await until('it leads', () => member.term !== null);
      const { topics } = await tools.admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]!.partitions).toHaveLength(1);
      expect(events.seen.filter(({ name }) => name === 'electionNoted')).toEqual([
        { name: 'electionNoted', event: { detail: `made the topic ${topic} with one partition` } },
      ]);
      await member.stop();
      expect(await tools.admin.fetchTopicOffsets(topic)).toMatchObject([{ high: '0' }]);
    });

    it('says so, and lets go, when the brokers never take the first commit of a term', async () => {
      const events = createRecordedEvents();
      // More than a broker keeps beside an offset: every commit is refused.
      const member = memberOf(fresh('g'), fresh('control'), events, 'x'.repeat(10_000));
      await member.start();
      await until('it begins', () => member.sentence.startsWith('begins to lead: '));
      const said = () =>
        events.seen.find(({ event }) => (event as { code?: string }).code === 'LW_ELECTION_AWAY')?.event;
      await until('it is said', () => said() !== undefined, 30);
      expect(said()).toMatchObject({
        message: expect.stringContaining('could not begin its term') as string,
      });
      expect(member.term).toBeNull();
      await until('it takes part again', () => member.sentence.startsWith('begins to lead'), 30);
      await member.stop();
    });

    it.skipIf(process.env['KAFKA_BROKERS'])(
      'steps down when the brokers are gone, says so, and leads again',
      async () => {
        const events = createRecordedEvents();
        const member = memberOf(fresh('g'), fresh('control'), events);
        await member.start();
        await until('it leads', () => member.term !== null);
        const term = member.term!;
        await broker.kill();
        const gone = performance.now();
        await until('it has stepped down', () => member.term === null, 10);
        expect((performance.now() - gone) / 1000).toBeLessThan(5);
        await expect(member.prove()).rejects.toMatchObject({ code: 'LW_NOT_LEADER' });
        await until('it is said', () => member.sentence.includes('cannot take part'));
        expect(events.seen).toContainEqual({
          name: 'problemOccurred',
          event: { code: 'LW_ELECTION_AWAY', message: expect.stringContaining(broker.brokers[0]!) as string },
        });
        await broker.restart();
        await until('it leads again', () => member.term !== null, 60);
        expect(member.term).toBeGreaterThan(term);
        await member.prove();
        await member.stop();
      },
    );
  });

  it(
    `two detectors, ${strikeCount} times one is killed or stopped at work: one result of everything, in time`,
    async () => {
      const [detector, rig] = await Promise.all([
        bundle('test/kafka/detector.ts', 'election'),
        bundle('test/rig/clickhouse-rig.ts', 'election'),
      ]);
      const common = { detector, rig, start: startBefore(systemClock.now()), steps: full ? 10 : 6 };
      const alone: StoryPlan = {
        ...common,
        directory: join(directory, 'alone'),
        names: ['only'],
        election: null,
        strikes: [],
      };
      const together = (strikes: readonly PlannedStrike[], i: number): StoryPlan => ({
        ...common,
        directory: join(directory, `together-${i}`),
        names: ['first', 'second'],
        election: {
          brokers: broker.brokers,
          group: fresh('g'),
          topic: fresh('control'),
          ...(full ? {} : { sessionSeconds: 3, heartbeatSeconds: 1 }),
        },
        strikes,
      });
      const plans = planStrikes(strikeCount);
      const [expected, first] = await Promise.all([tellStory(alone), tellStory(together(plans[0]!, 0))]);
      expectStory(expected);
      expectSame(first, expected, plans[0]!);
      const told = [first];
      for (const [i, plan] of plans.slice(1).entries()) {
        const next = await tellStory(together(plan, i + 1));
        expectSame(next, expected, plan);
        told.push(next);
      }
    },
    120_000 + strikeCount * 60_000,
  );
});

/** Kinds of strikes in turn, each from a later step on; each story begins with another kind. */
function planStrikes(count: number): PlannedStrike[][] {
  const kinds = [
    { point: 'finding-written', signal: 'SIGKILL' },
    { point: 'transition-written', signal: 'SIGKILL' },
    { point: 'finding-written', signal: 'SIGSTOP' },
    { point: 'delivery-sent', signal: 'SIGKILL' },
    { point: 'transition-written', signal: 'SIGSTOP' },
  ] as const;
  return Array.from({ length: Math.ceil(count / strikesOfStory) }, (_, story) =>
    Array.from({ length: Math.min(strikesOfStory, count - story * strikesOfStory) }, (__, step) => ({
      ...kinds[(story + step) % kinds.length]!,
      step,
    })),
  );
}

/** The story must have something to lose: an alert, an order, a promotion. */
function expectStory({ state, arrived }: Told): void {
  expect(state.tables['transitions']!.length).toBeGreaterThan(0);
  expect(state.tables['orders']!.length).toBeGreaterThan(0);
  expect(arrived.length).toBeGreaterThan(1);
  expect(state.failedJobs).toEqual([]);
}

function expectSame(told: Told, expected: Told, strikes: readonly PlannedStrike[]): void {
  for (const { struck, point, signal, seconds } of told.takeovers)
    console.log(`${signal} of ${struck} at ${point}: the other leads after ${seconds.toFixed(1)} s`);
  expect(told.takeovers.map(({ point, signal }) => `${signal} ${point}`)).toEqual(
    strikes.map(({ point, signal }) => `${signal} ${point}`),
  );
  for (const { seconds } of told.takeovers) expect(seconds).toBeLessThan(30);
  expect(told.afterwards).toEqual([]);
  expect(told.doubled).toEqual([]);
  expect(told.state.miscounted).toEqual([]);
  expect(told.state.audit.mismatches).toBe(0);
  expect(digest(differences(expected.state, told.state))).toEqual([]);
  // The same messages: each id once or again, always with one body.
  const ids = (of: Told) => [...new Set(of.arrived.map(({ id }) => id))].sort();
  expect(ids(told)).toEqual(ids(expected));
  for (const { id, body } of told.arrived)
    expect(body).toBe(told.arrived.find(message => message.id === id)!.body);
}
