import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { StoreError } from './failures.ts';
import { createSteady } from './steady.ts';

function make() {
  const clock = createManualClock(0);
  const events = createRecordedEvents();
  const steady = createSteady({ clock, events, random: () => 0 });
  const told = () => events.seen.map(({ name, event }) => [name, event]);
  return { clock, steady, told };
}

/** Lets what is due run. */
const turn = () => new Promise(resolve => setImmediate(resolve));

describe('a store that does not answer', () => {
  it('is away after 10 s, said once, and back with the answer', async () => {
    const { clock, steady, told } = make();
    let answer: (value: string) => void = () => undefined;
    const running = steady.run(
      () =>
        new Promise<string>(resolve => {
          answer = resolve;
        }),
    );
    clock.advance(9999);
    await turn();
    expect(steady.healthy).toBe(true);
    clock.advance(1);
    await turn();
    expect(steady.healthy).toBe(false);
    clock.advance(60_000);
    await turn();
    expect(told()).toEqual([
      [
        'storeFailed',
        { code: 0, failure: 'retry', attempt: 0, message: 'no answer for 10 s; it is still waited for' },
      ],
    ]);
    answer('late');
    expect(await running).toBe('late');
    expect(steady.healthy).toBe(true);
    expect(told().at(-1)).toEqual(['storeRecovered', { seconds: 60 }]);
  });

  it('is nothing when it answers in time', async () => {
    const { clock, steady, told } = make();
    expect(await steady.run(async () => 1)).toBe(1);
    clock.advance(60_000);
    await turn();
    expect(told()).toEqual([]);
  });
});

describe('an error that is not the store’s', () => {
  it('is not repeated, and passes as it is: a store of a newer Leeway would be waited for for ever', async () => {
    const { steady, told } = make();
    let tries = 0;
    const failing = steady.run(async () => {
      tries++;
      throw new LeewayError('LW_MIGRATION_CHANGED', 'migration 99 is not known here');
    });
    await expect(failing).rejects.toMatchObject({ code: 'LW_MIGRATION_CHANGED' });
    expect(tries).toBe(1);
    expect(told()).toEqual([]);
    expect(steady.healthy).toBe(true);
  });
});

describe('a memory limit', () => {
  it('met by a single row is repeated and said like any store that is away', async () => {
    const { clock, steady, told } = make();
    let short = true;
    const running = steady.insert(1, async () => {
      if (short) throw new StoreError(241, 'halve', 'memory limit');
    });
    await turn();
    expect(steady.healthy).toBe(false);
    expect(told()).toEqual([
      ['storeFailed', { code: 241, failure: 'retry', attempt: 1, message: 'memory limit' }],
    ]);
    short = false;
    clock.advance(200);
    await running;
    expect(steady.healthy).toBe(true);
  });

  it('met by many is thrown, to be halved', async () => {
    const { steady } = make();
    const failing = steady.insert(2, async () => {
      throw new StoreError(241, 'halve', 'memory limit');
    });
    await expect(failing).rejects.toMatchObject({ code: 241, failure: 'halve' });
    expect(steady.healthy).toBe(true);
  });
});
