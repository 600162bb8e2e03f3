import { describe, expect, it } from 'vitest';
import type { Silence } from '../domain/control.ts';
import { createControlTwins } from './control-twins.ts';
import { createControls } from './controls.ts';

const alert = { policy: 'default', model: 'churn', environment: 'prod' };
const stream = { model: 'churn', environment: 'prod' };
const word = { ...alert, by: 'ann', note: '' };

const silence = (
  id: string,
  over: Partial<Omit<Silence, 'match'>> & { match?: Partial<Silence['match']> },
): Silence => ({
  id,
  from: 0,
  to: 1000,
  recurrence: null,
  by: 'ann',
  note: '',
  created: 0,
  ended: null,
  endedBy: '',
  ...over,
  match: { models: [], environments: [], policies: [], checks: [], subjects: [], ...over.match },
});

function setup() {
  const twins = createControlTwins();
  const time = { run: 100, wall: 0 };
  let reads = 0;
  const list = (limit: number) => {
    reads += 1;
    return twins.silences.list(limit);
  };
  const reader = createControls({
    ...twins,
    silences: { list },
    runClock: { now: () => time.run },
    clock: { now: () => time.wall },
  });
  return { ...twins, reader, time, reads: () => reads, read: () => reader.read(stream) };
}

describe('what was asked of a stream', () => {
  it('silences of other models, policies, checks and subjects do not count', async () => {
    const { silences, read } = setup();
    await silences.write(silence('other', { match: { models: ['fraud'] } }));
    await silences.write(silence('blind', { match: { policies: ['blind'] } }));
    await silences.write(silence('age', { match: { checks: ['drift'], subjects: ['*:age'] } }));
    const controls = await read();
    expect(controls.silenced(100, 'drift', 'feature:age', 'default')).toBe('age');
    expect(controls.silenced(100, 'drift', 'feature:plan', 'default')).toBeNull();
    expect(controls.silenced(100, 'missing', 'feature:age', 'default')).toBeNull();
    expect(controls.silenced(100, 'missing', 'feature:age', 'blind')).toBe('blind');
    expect(controls.silenced(1000, 'drift', 'feature:age', 'default')).toBeNull();
  });

  it('a pause ends at its moment, or by a word', async () => {
    const { pauses, read, time } = setup();
    expect((await read()).paused('default')).toBe(false);
    await pauses.append({ ...word, paused: true, until: 500, at: 1 });
    time.wall += 1000;
    expect((await read()).paused('default')).toBe(true);
    expect((await read()).paused('blind')).toBe(false);
    time.run = 500;
    expect((await read()).paused('default')).toBe(false);
    await pauses.append({ ...word, paused: true, until: null, at: 2 });
    await pauses.append({ ...word, environment: 'test', paused: false, until: null, at: 3 });
    time.wall += 1000;
    expect((await read()).paused('default')).toBe(true);
  });

  it('an acknowledgement holds for its episode alone, until it is taken back', async () => {
    const { acknowledgements, read, time } = setup();
    await acknowledgements.append({ ...word, episode: 2, acknowledged: true, at: 1 });
    const controls = await read();
    expect([1, 2, 3].map(episode => controls.acknowledged('default', episode))).toEqual([false, true, false]);
    expect(controls.acknowledged('blind', 2)).toBe(false);
    await acknowledgements.append({ ...word, episode: 2, acknowledged: false, at: 2 });
    time.wall += 1000;
    expect((await read()).acknowledged('default', 2)).toBe(false);
  });

  it('the streams of a round are served by one reading, and a failed one is tried again', async () => {
    const { reader, reads, time } = setup();
    await Promise.all([reader.read(stream), reader.read({ ...stream, model: 'fraud' })]);
    time.wall += 999;
    await reader.read(stream);
    expect(reads()).toBe(1);
    time.wall += 1;
    await reader.read(stream);
    expect(reads()).toBe(2);
    // A clock that goes back makes nothing last longer.
    time.wall = 0;
    await reader.read(stream);
    expect(reads()).toBe(3);
    const twins = createControlTwins();
    let fail = true;
    const broken = createControls({
      ...twins,
      silences: {
        list: async limit => (fail ? Promise.reject(new Error('away')) : twins.silences.list(limit)),
      },
      runClock: { now: () => 0 },
      clock: { now: () => 0 },
    });
    await expect(broken.read(stream)).rejects.toThrow('away');
    fail = false;
    expect((await broken.read(stream)).paused('default')).toBe(false);
  });
});
