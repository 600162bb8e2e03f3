import { describe, expect, it } from 'vitest';
import { seededRandom } from '../stats/random.ts';
import { parseDrift } from './drift.ts';
import { createInjector } from './injection.ts';
import { factsOf, featuresOf, type Row } from './row.ts';

const row = (age: number): Row => ({
  payload: { features: { age, visits: 3, plan: 'pro' }, prediction: 'yes' },
  truth: null,
});
const rows = Array.from({ length: 100 }, (_, i) => row(i + 0.5));
const facts = factsOf(rows);
const span = { from: 0, to: 1000 };
const injector = (...texts: string[]) => createInjector(texts.map(parseDrift), facts, span);
const random = seededRandom(1);
const apply = (drift: string, time: number, given = row(10)) =>
  featuresOf(injector(drift).apply(given, time, random).payload);

describe('drift put into rows', () => {
  it('shifts, scales, and lets others alone', () => {
    const { sd } = facts.get('age')!;
    expect(apply('shift:age:0.5sd@50%', 500)).toEqual({
      age: Math.round((10 + sd / 2) * 1000) / 1000,
      visits: 3,
      plan: 'pro',
    });
    expect(apply('shift:age:-3@50%', 500)['age']).toBe(7);
    expect(apply('scale:age:2@50%', 500)['age']).toBe(20);
    expect(apply('shift:visits:0.7@50%', 500)['visits'], 'whole numbers stay whole').toBe(4);
  });

  it('makes missing, makes new, lets vanish', () => {
    expect(apply('missing:age:100%@50%', 500)).toEqual({ age: null, visits: 3, plan: 'pro' });
    expect(apply('new-category:plan:100%@50%', 500)['plan']).toBe('new-plan');
    expect(Object.keys(apply('vanished:plan@50%', 500))).toEqual(['age', 'visits']);
  });

  it('every feature that can have it', () => {
    expect(apply('shift:*:1@0', 500)).toEqual({ age: 11, visits: 4, plan: 'pro' });
    expect(apply('new-category:*:1.0@0', 500)).toEqual({ age: 10, visits: 3, plan: 'new-plan' });
  });

  it('begins and ends when it was told to, and comes as slowly as it was told to', () => {
    const age = (time: number) => apply('shift:age:10@20%..60%~20%', time)['age'];
    expect([199, 200, 300, 400, 599, 600].map(age)).toEqual([10, 10, 15, 20, 20, 10]);
  });

  it('hits the share of rows that was asked for, and tells what it did', () => {
    const one = injector('missing:age:30%@50%', 'shift:visits:1@100ms..200ms');
    let missing = 0;
    for (let time = 0; time < 1000; time++)
      if (featuresOf(one.apply(row(1), time, random).payload)['age'] === null) missing++;
    expect(missing).toBeGreaterThan(100);
    expect(missing).toBeLessThan(200);
    const [first, second] = one.injected();
    expect(first).toMatchObject({ kind: 'missing', features: ['age'], from: 500, to: null, rows: missing });
    expect(first!.first).toBeGreaterThanOrEqual(500);
    expect(second).toMatchObject({ from: 100, to: 200, rows: 100, first: 100, last: 199 });
  });

  it('leaves the row it was given alone', () => {
    const given = row(10);
    injector('shift:age:1@0').apply(given, 500, random);
    expect(given).toEqual(row(10));
  });

  it.each([
    ['shift:height:1@0', 'there is no feature height; there are age, visits, plan'],
    ['shift:plan:1@0', 'plan is a text, which cannot be shifted'],
    ['new-category:age:1.0@0', 'age is a number, which has no categories'],
    ['shift:age:1@2s', 'the run ends before it would begin'],
    ['shift:age:1@60%..50%', 'it would end before it begins'],
  ])('%s cannot be', (text, message) => {
    expect(() => injector(text)).toThrow(message);
  });
});
