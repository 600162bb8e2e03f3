import type { Random } from './random.ts';

/** Rows of one kind in an hour: how many, and where they lie (in standard deviations of a row). */
export interface Rows {
  readonly rows: number;
  /** Added to the level of every feature, times the feature's own sign. */
  readonly level: number;
  /** Standard deviation of a row. */
  readonly scale: number;
}

/** A stream with nothing wrong: what it does by itself, hour by hour (0 is a Monday's first hour). */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Expected rows of an hour of the ordinary kind, and the level of that hour. */
  readonly usual: (hour: number, weekend: boolean) => Rows;
  /** Rows that come besides, in one batch. */
  readonly batch?: (hour: number, random: Random) => Rows | null;
  /** Random level of each feature by itself: correlation from one step to the next, and standard deviation. */
  readonly noise?: { readonly stepHours: number; readonly correlation: number; readonly sd: number };
}

const still = (rows: number): Rows => ({ rows, level: 0, scale: 1 });
const daily = (hour: number) => Math.sin((2 * Math.PI * (hour % 24)) / 24);
const cycle = (rows: number, hour: number): Rows => ({
  rows: rows * (1 + 0.6 * daily(hour)),
  level: 0.4 * daily(hour),
  scale: 1,
});

/** What real streams do, one thing at a time. */
export const scenarios: readonly Scenario[] = [
  { name: 'iid', what: '200 rows an hour, nothing else', usual: () => still(200) },
  {
    name: 'daily and weekly cycle',
    what: 'level +-.4 sd and traffic +-60 % over the day, .3 sd lower at half the traffic on weekends',
    usual: (hour, weekend) => {
      const { rows, level } = cycle(200, hour);
      return weekend ? { rows: rows / 2, level: level - 0.3, scale: 1 } : { rows, level, scale: 1 };
    },
  },
  {
    name: 'weekend step',
    what: 'weekends .5 sd higher with a third of the traffic',
    usual: (_, weekend) => (weekend ? { rows: 70, level: 0.5, scale: 1 } : still(200)),
  },
  {
    name: 'nightly batch',
    what: 'a cycle, and at 2 o’clock 600 to 1,800 rows in one batch, .8 sd higher and half as wide',
    usual: hour => cycle(200, hour),
    batch: (hour, random) =>
      hour % 24 === 2 ? { rows: 600 + 1200 * random.uniform(), level: 0.8, scale: 0.5 } : null,
  },
  {
    name: 'bursts of one customer',
    what: 'in one hour of twelve, at random, 100 to 500 rows of one customer, .7 sd higher and half as wide',
    usual: hour => cycle(200, hour),
    batch: (_, random) =>
      random.uniform() < 1 / 12 ? { rows: 100 + 400 * random.uniform(), level: 0.7, scale: 0.5 } : null,
  },
  {
    name: 'AR(1) .7',
    what: 'a cycle; hourly level with correlation .7 and .15 sd',
    usual: hour => cycle(200, hour),
    noise: { stepHours: 1, correlation: 0.7, sd: 0.15 },
  },
  {
    name: 'AR(1) .97',
    what: 'a cycle; hourly level with correlation .97 and .15 sd',
    usual: hour => cycle(200, hour),
    noise: { stepHours: 1, correlation: 0.97, sd: 0.15 },
  },
  {
    name: 'random day level',
    what: 'a cycle; every day has a level of its own, .1 sd',
    usual: hour => cycle(200, hour),
    noise: { stepHours: 24, correlation: 0, sd: 0.1 },
  },
  {
    name: 'growth 3 % a day',
    what: 'a cycle; from 100 rows an hour, 3 % more every day',
    usual: hour => cycle(100 * 1.03 ** (hour / 24), hour),
  },
  { name: '20 rows an hour', what: 'a cycle, few rows', usual: hour => cycle(20, hour) },
  {
    name: 'office hours',
    what: '300 rows an hour from 8 to 18 o’clock on working days, none else; level rises by .6 sd over the day',
    usual: (hour, weekend) => {
      const of = hour % 24;
      return weekend || of < 8 || of >= 18 ? still(0) : { rows: 300, level: 0.06 * (of - 13), scale: 1 };
    },
  },
];

/** Scenario by name. */
export function scenarioOf(name: string): Scenario {
  const found = scenarios.find(scenario => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called "${name}"`);
  return found;
}
