import { describe, expect, it } from 'vitest';
import { createBallot } from './ballot.ts';
import { alone } from './election.ts';
import { createGate } from './gate.ts';

function pair() {
  const ballot = createBallot();
  const [first, second] = [ballot.member(), ballot.member()];
  const taken: string[] = [];
  const gates = [first, second].map((election, i) =>
    createGate({ election, takeOver: async () => void taken.push(['first', 'second'][i]!) }),
  );
  return { ballot, first, second, gates: gates as [(typeof gates)[0], (typeof gates)[0]], taken };
}

describe('the gate', () => {
  it('is open to the leader alone, which takes over before its first round and once after it', async () => {
    const { first, second, gates, taken } = pair();
    await first.start();
    await second.start();
    for (let round = 0; round < 4; round++) {
      expect(await gates[0].enter()).toBe(true);
      expect(await gates[1].enter()).toBe(false);
    }
    expect([gates[0].isOpen, gates[1].isOpen]).toEqual([true, false]);
    expect(taken).toEqual(['first', 'first']);
  });

  it('closes to a leader that was stopped, which takes over anew when it leads again', async () => {
    const { first, second, gates, taken } = pair();
    await first.start();
    await second.start();
    await gates[0].enter();
    first.freeze();
    expect(await gates[1].enter()).toBe(true);
    first.thaw();
    expect(await gates[0].enter()).toBe(false);
    expect(gates[0].isOpen).toBe(false);
    await second.stop();
    expect(gates[0].isOpen).toBe(false);
    expect(await gates[0].enter()).toBe(true);
    expect(taken).toEqual(['first', 'second', 'first']);
  });

  it('takes over anew in a term whose number has been before', async () => {
    const { ballot, first, second, gates, taken } = pair();
    await first.start();
    await second.start();
    await gates[0].enter();
    await gates[0].enter();
    await first.stop();
    ballot.forget();
    await second.stop();
    await first.start();
    expect(first.term).toBe(1);
    // Nobody has asked in between: from the number alone nothing has happened.
    expect(gates[0].isOpen).toBe(false);
    expect(await gates[0].enter()).toBe(true);
    expect(taken).toEqual(['first', 'first', 'first']);
  });

  it('takes over anew whenever it was found not to lead', async () => {
    let term: number | null = 2;
    let times = 0;
    const election = {
      get term() {
        return term;
      },
      tenure: 1,
      shared: false,
      prove: async () => undefined,
    };
    const gate = createGate({ election, takeOver: async () => void times++ });
    for (term of [2, null, 2] as const) await gate.enter();
    expect(times).toBe(2);
  });

  it('stays closed until it could take over', async () => {
    let away = true;
    let tries = 0;
    const takeOver = async () => {
      tries++;
      if (away) throw new Error('the store is away');
    };
    const gate = createGate({ election: alone, takeOver });
    await expect(gate.enter()).rejects.toThrow('away');
    expect(gate.isOpen).toBe(false);
    away = false;
    expect(await gate.enter()).toBe(true);
    expect(await gate.enter()).toBe(true);
    // One that is alone has nobody whose statements could come late.
    expect(tries).toBe(2);
  });

  it('passes on what is no question of leading', async () => {
    const election = { term: 1, tenure: 1, shared: true, prove: () => Promise.reject(new Error('broken')) };
    await expect(createGate({ election, takeOver: async () => undefined }).enter()).rejects.toThrow('broken');
  });
});
