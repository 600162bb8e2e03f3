import { describe, expect, it } from 'vitest';
import { createRecordedEvents } from '../../lib/events.ts';
import { createHolding } from './control-hold.ts';
import { parseNote } from './control-topic.ts';

const session = 9_000;

function start(answer: (note: string) => Promise<void> = async () => undefined) {
  const notes: string[] = [];
  const time = { monotonic: 0, wall: 1_000_000 };
  const events = createRecordedEvents();
  const holding = createHolding({ by: 'a:1', sessionTimeout: session, watch: () => ({ ...time }), events });
  const pass = (milliseconds: number) => {
    time.monotonic += milliseconds;
    time.wall += milliseconds;
  };
  const commit = async (note: string) => {
    notes.push(note);
    await answer(note);
  };
  return { holding, notes, time, pass, events, commit };
}

const refused = (type: string) => Object.assign(new Error(type), { name: 'KafkaJSProtocolError', type });
const notLeader = { code: 'LW_NOT_LEADER' };

describe('holding the control partition', () => {
  it('leads from the first commit of a term on, one above the last', async () => {
    const { holding, notes, commit, events } = start();
    await expect(holding.prove()).rejects.toMatchObject(notLeader);
    holding.taken(commit);
    expect([holding.beginning, holding.term]).toEqual([true, null]);
    await expect(holding.prove()).rejects.toMatchObject(notLeader);
    await holding.begin(6);
    expect([holding.beginning, holding.term]).toEqual([false, 7]);
    expect(notes.map(parseNote)).toEqual([{ term: 7, by: 'a:1' }]);
    expect(events.seen).toEqual([
      { name: 'leadershipChanged', event: { leads: true, term: 7, detail: 'a:1' } },
    ]);
  });

  it('asks again when a third of the session has passed since the last question', async () => {
    const { holding, notes, commit, pass } = start();
    holding.taken(commit);
    await holding.begin(0);
    pass(session / 3 - 1);
    await holding.prove();
    expect(notes).toHaveLength(1);
    pass(1);
    await Promise.all([holding.prove(), holding.prove()]);
    expect(notes).toHaveLength(2);
  });

  it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
    'lets go when the broker says %s',
    async type => {
      let answer = async () => undefined as void;
      const { holding, commit, pass, events } = start(() => answer());
      holding.taken(commit);
      await holding.begin(0);
      pass(60_000);
      answer = () => Promise.reject(refused(type));
      await expect(holding.prove()).rejects.toMatchObject(notLeader);
      expect(holding.term).toBeNull();
      expect(events.seen.at(-1)).toMatchObject({ event: { leads: false, term: 1 } });
    },
  );

  it('believes no answer that waited while the process was stopped', async () => {
    let slow = 0;
    const of = start(async () => of.pass(slow));
    of.holding.taken(of.commit);
    await of.holding.begin(0);
    slow = 60_000;
    of.pass(session);
    await expect(of.holding.prove()).rejects.toMatchObject(notLeader);
    // Asked twice: the second answer might have been quick.
    expect(of.notes).toHaveLength(3);
  });

  it('knows that the machine has slept, and is not fooled by a clock that was set back', async () => {
    const { holding, notes, commit, time } = start();
    holding.taken(commit);
    await holding.begin(0);
    time.wall += session;
    await holding.prove();
    expect(notes).toHaveLength(2);
    time.wall -= 3_600_000;
    time.monotonic += session;
    await holding.prove();
    expect(notes).toHaveLength(3);
  });

  it('goes on through a failure that may pass, and lets go after a session without an answer', async () => {
    let answer = async () => undefined as void;
    const { holding, commit, pass } = start(() => answer());
    holding.taken(commit);
    await holding.begin(0);
    answer = () => Promise.reject(refused('GROUP_COORDINATOR_NOT_AVAILABLE'));
    pass(session / 2);
    await holding.renew();
    expect(holding.term).toBe(1);
    await expect(holding.prove()).rejects.toMatchObject(notLeader);
    expect(holding.term).toBe(1);
    pass(session / 2);
    expect(holding.term).toBeNull();
    await holding.renew();
    answer = async () => undefined;
    await expect(holding.prove()).rejects.toMatchObject(notLeader);
  });

  it('holds nothing from the moment it joins anew; an answer to the old generation is worth nothing', async () => {
    let release = () => {};
    const waiting = new Promise<void>(resolve => (release = resolve));
    let answer = async () => undefined as void;
    const { holding, commit, pass } = start(() => answer());
    holding.taken(commit);
    await holding.begin(4);
    pass(session / 2);
    answer = () => waiting;
    const asked = holding.prove();
    expect(holding.joining()).toBe(5);
    // The join may have to be repeated.
    expect(holding.joining()).toBe(5);
    holding.taken(commit);
    release();
    await expect(asked).rejects.toMatchObject(notLeader);
    expect(holding.term).toBeNull();
    holding.lost('another process leads');
    expect(holding.joining()).toBe(0);
  });
});
