import type { Baseline, BaselineSubject } from '../../src/domain/baseline.ts';
import type { Binning, Profile } from '../../src/domain/profile.ts';
import { normalSf } from '../../src/stats/normal.ts';
import { addProfiles, emptyProfile } from '../../src/stats/profile.ts';
import type { Random } from './random.ts';

/** A Monday, in hours since the epoch. */
export const monday = 24 * 7 * 2900 - 72;
const dayHours = 24;
const weekDays = 7;

/** How many rows come, hour by hour: a shape, and how much days and hours differ by themselves. */
export interface Traffic {
  readonly name: string;
  /** Expected rows of hour `hour` of day `day`. */
  readonly mean: (hour: number, day: number) => number;
  /** Coefficient of variation of hours and of days. */
  readonly hourly: number;
  readonly daily: number;
}

const cycle = (hour: number) => 1 + 0.8 * Math.sin((2 * Math.PI * (hour - 9)) / dayHours);
const weekly = (day: number) => (day % weekDays >= 5 ? 0.6 : 1);
const usual = { hourly: 0.2, daily: 0.25 };

/** The streams of the service checks. */
export const traffics: readonly Traffic[] = [
  { name: 'daily cycle', mean: (hour, day) => 200 * cycle(hour) * weekly(day), ...usual },
  { name: 'nights without traffic', mean: (hour, day) => (hour < 6 ? 0 : 250 * weekly(day)), ...usual },
  {
    name: 'nightly batch',
    mean: (hour, day) => (hour === 3 ? 5000 : 100 * cycle(hour) * weekly(day)),
    ...usual,
  },
];

/** Streams whose rows alone are looked at. */
export const trafficsOfVolume: readonly Traffic[] = [
  ...traffics,
  { name: 'a batch a night and nothing else', mean: hour => (hour === 3 ? 5000 : 0), ...usual },
  {
    name: 'growth of 3 % a day',
    mean: (hour, day) => 50 * 1.03 ** day * cycle(hour) * weekly(day),
    ...usual,
  },
  {
    name: 'office hours',
    mean: (hour, day) => (day % weekDays < 5 && hour >= 8 && hour < 18 ? 400 : 2),
    ...usual,
  },
  { name: 'rows at random, 5 an hour', mean: () => 5, hourly: 0, daily: 0 },
  { name: 'bursts (CV .7 an hour)', mean: () => 200, hourly: 0.7, daily: 0.25 },
];

/** Rows of each hour: Poisson around a mean that hours and days multiply by gamma factors. */
export function drawRows({ mean, hourly, daily }: Traffic, days: number, random: Random): number[] {
  const rows: number[] = [];
  for (let day = 0; day < days; day++) {
    const ofDay = factor(daily, random);
    for (let hour = 0; hour < dayHours; hour++)
      rows.push(poisson(mean(hour, day) * ofDay * factor(hourly, random), random));
  }
  return rows;
}

/** Gamma with mean 1. */
function factor(variation: number, random: Random): number {
  if (variation === 0) return 1;
  const shape = 1 / variation ** 2;
  return random.gamma(shape) / shape;
}

function poisson(mean: number, random: Random): number {
  if (mean <= 0) return 0;
  // As good as the limit for means that are large; by the limit itself for small ones.
  if (mean > 1000) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  return random.binomial(1_000_000, mean / 1_000_000);
}

/** How far shares and latency move by themselves, in turn of the day, from day to day and from hour to hour. */
export interface Rates {
  readonly name: string;
  readonly cycle: number;
  readonly daily: number;
  readonly hourly: number;
}

export const steady: Rates = { name: 'steady', cycle: 0, daily: 0, hourly: 0 };
/** Shares by up to 30 % in turn of the day, 25 % from day to day, 15 % from hour to hour; latency by a third of that. */
export const moving: Rates = { name: 'moving', cycle: 0.3, daily: 0.25, hourly: 0.15 };

const shares = { failed: 0.01, missing: 0.01, mismatch: 0.002, unseen: 0.004, promo: 0.02 } as const;
const bins = 32;
const spread = 0.6;

const numeric = (subject: string, edges: number[]): Binning => ({
  subject,
  kind: 'numeric',
  edges,
  categories: [],
  centres: [],
});
const categorical = (subject: string, ...categories: string[]): Binning => ({
  subject,
  kind: 'categorical',
  edges: [],
  categories,
  centres: [],
});
/** Seconds around .1 with a lognormal spread, and a value around 0. */
const latencyEdges = Array.from(
  { length: bins + 1 },
  (_, i) => 0.1 * Math.exp(spread * (-3 + (6 * i) / bins)),
);
const valueEdges = Array.from({ length: bins + 1 }, (_, i) => -3 + (6 * i) / bins);

const binnings = {
  latency: numeric('latency', latencyEdges),
  status: categorical('status', 'ok', 'client-error', 'server-error', 'no-answer'),
  'feature:value': numeric('feature:value', valueEdges),
  'feature:plan': categorical('feature:plan', 'free', 'pro', 'team'),
  'feature:promo': categorical('feature:promo', 'yes'),
} as const satisfies Record<string, Binning>;

export type HourProfilesOf = Readonly<Record<keyof typeof binnings, Profile>>;

/** Profiles of all hours: null where no row came. */
export function drawProfiles(
  rows: readonly number[],
  rates: Rates,
  random: Random,
): (HourProfilesOf | null)[] {
  const values = normalShares(valueEdges, 0);
  let day = { share: 1, latency: 0 };
  return rows.map((n, i) => {
    if (i % dayHours === 0)
      day = { share: factor(rates.daily, random), latency: (rates.daily / 3) * random.normal() };
    if (n === 0) return null;
    const turn = rates.cycle * Math.sin((2 * Math.PI * (i % dayHours)) / dayHours);
    const own = day.share * (1 + turn) * factor(rates.hourly, random);
    const log = day.latency + turn / 3 + (rates.hourly / 3) * random.normal();
    const latency = normalShares(
      latencyEdges.map(edge => Math.log(edge / 0.1) / spread),
      log / spread,
    );
    return hourOf(n, { own, latency, values }, random);
  });
}

interface HourLaw {
  readonly own: number;
  readonly latency: readonly number[];
  readonly values: readonly number[];
}

function hourOf(n: number, { own, latency, values }: HourLaw, random: Random): HourProfilesOf {
  const some = (share: number, of = n) => random.binomial(of, Math.min(1, share * own));
  const failed = some(shares.failed);
  const server = random.binomial(failed, 0.3);
  const nMissing = some(shares.missing);
  const nMismatch = some(shares.mismatch, n - nMissing);
  const unseen = some(shares.unseen);
  const pro = random.binomial(n - unseen, 0.3);
  const team = random.binomial(n - unseen - pro, 0.1);
  const promo = some(shares.promo);
  return {
    latency: profileOf(spreadOver(n, latency, random)),
    status: profileOf([n - failed, failed - server, server, 0]),
    'feature:value': profileOf(spreadOver(n - nMissing - nMismatch, values, random), { nMissing, nMismatch }),
    'feature:plan': profileOf([n - unseen - pro - team, pro, team, unseen]),
    'feature:promo': profileOf([promo], { nMissing: n - promo }),
  };
}

/** Shares of a normal law around `centre` in the bins below, between and above standard edges. */
function normalShares(edges: readonly number[], centre: number): number[] {
  const above = [1, ...edges.map(edge => normalSf(edge - centre)), 0];
  return above.slice(1).map((share, i) => above[i]! - share);
}

function spreadOver(n: number, law: readonly number[], random: Random): number[] {
  let [left, mass] = [n, 1];
  return law.map((share, i) => {
    const count = i === law.length - 1 ? left : random.binomial(left, Math.min(1, share / mass));
    left -= count;
    mass = Math.max(1e-12, mass - share);
    return count;
  });
}

function profileOf(counts: readonly number[], part: Partial<Profile> = {}): Profile {
  const used = counts.flatMap((count, bin) => (count > 0 ? [{ bin, count }] : []));
  const rest = { ...emptyProfile, ...part };
  return {
    ...rest,
    n: counts.reduce((sum, count) => sum + count, 0) + rest.nMissing + rest.nMismatch,
    bins: used.map(({ bin }) => bin),
    counts: used.map(({ count }) => count),
  };
}

/** The baseline that is cut from the first day. */
export function cutBaseline(profiles: readonly (HourProfilesOf | null)[]): Baseline {
  const day = profiles.slice(0, dayHours).filter(profile => profile !== null);
  const subjects = Object.entries(binnings).map(([name, binning]): BaselineSubject => {
    const own = day.map(profile => profile[name as keyof typeof binnings]);
    return { binning, reference: own.reduce<Profile>(addProfiles, emptyProfile), noise: '', aside: '' };
  });
  const hourMs = 3_600_000;
  return {
    model: 'churn',
    baseline: 1,
    origin: 'learned',
    created: 0,
    rows: subjects[0]!.reference.n,
    from: monday * hourMs,
    to: (monday + dayHours) * hourMs,
    note: '',
    subjects,
  };
}
