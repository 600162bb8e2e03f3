import { defaultPolicy, severityOf } from '../../src/act/policy.ts';
import type { Finding, JudgedWindow } from '../../src/domain/finding.ts';
import { createStreamWorld } from '../../test/twins/stream-world.ts';
import { createRandom } from './random.ts';
import {
  cutBaseline,
  drawProfiles,
  drawRows,
  monday,
  moving,
  type Rates,
  steady,
  type Traffic,
  traffics,
} from './service-stream.ts';
import { type Calibration, fixed, repeatsAt, type Section, type Table } from './table.ts';

const days = 58;
const monthDays = 30;
/** By the hours of history before a window. */
const phases = [
  { name: 'first week', from: 24, to: 168 },
  { name: 'to day 28', from: 168, to: 672 },
  { name: 'from day 29', from: 672, to: days * 24 },
] as const;

/** What is counted: verdict `no-data` apart from the others of check `volume`, a new field that is nearly common apart. */
const counted = [
  'errors',
  'latency',
  'volume',
  'no-data',
  'schema',
  'schema, new in .6 %',
  'missing',
  'mismatch',
  'unseen',
  'reused',
] as const;

/** False alarms of one check over one simulated stream. */
export interface ServiceCount {
  readonly traffic: string;
  readonly rates: string;
  readonly phase: number;
  readonly check: (typeof counted)[number];
  /** Findings with a verdict that says so, and those of them that page somebody. */
  readonly alarms: number;
  readonly pages: number;
  /** Expected number of alarms by p alone: the levels of all its tests added up; 0 for what is no test. */
  readonly allowed: number;
}

export const serviceChecks: Calibration<ServiceCount> = { name: 'service-checks', run, assert };

async function run(scale: number, say: (line: string) => void): Promise<Table<ServiceCount>> {
  const repeats = repeatsAt(scale, 6);
  const data: ServiceCount[] = [];
  for (const rates of [steady, moving])
    for (const traffic of traffics)
      for (let repeat = 0; repeat < repeats; repeat++) {
        say(`service-checks: ${rates.name} shares, ${traffic.name}, ${repeat + 1} of ${repeats}`);
        data.push(...(await simulate(traffic, rates, repeat)));
      }
  return {
    name: serviceChecks.name,
    title: 'Service checks: false alarms with nothing changed',
    scale,
    about: [
      `${repeats} streams of ${days} days for each kind of traffic, judged by the whole detector from hourly profiles: windows of 1, 6, 24 and 168 h, budget 1, five subjects (latency, status, a number, two categories) and the volume, a baseline cut from the first day. Hours have Poisson counts around a mean that gamma factors move by 20 % an hour and 25 % a day; weekends have 60 %. Traffic: 80 to 360 rows an hour in turn of the day; 250 from 6 to 24 h and none by night; 100 an hour and 5,000 at 3 h.`,
      '1 % of the requests fail, 1 % of a number is missing and .2 % of another type, .4 % of a category is unseen, a field has a value in 2 % of the rows, one that the baseline lacks in .1 % and another in .6 % (which is a change, below the 1 % that is told: counted apart), .05 % of the ids come again. Steady: always so. Moving: shares go up and down by 30 % in turn of the day, 25 % from day to day and 15 % from hour to hour, latency by a third of that.',
      'Each cell: findings that say so (`drift`, or `no-data` at its level) in 30 days, and in brackets those that page. Windows overlap, so alarms come in runs: one unlucky day is six windows of 24 h.',
    ],
    sections: [steady, moving].map(rates => sectionOf(data, rates)),
    findings: findingsOf(data),
    data,
  };
}

async function simulate(traffic: Traffic, rates: Rates, repeat: number): Promise<ServiceCount[]> {
  const random = createRandom(`service ${traffic.name}, ${rates.name}, ${repeat}`);
  const rows = drawRows(traffic, days, random);
  const profiles = drawProfiles(rows, rates, random);
  const reused = rows.map(n => random.binomial(n, 0.0005));
  // Fields that the baseline lacks, below the 1 % that counts: a stray one, and one that is nearly common.
  const fields = rows.map(n => ({ stray: random.binomial(n, 0.001), beta: random.binomial(n, 0.006) }));
  const world = createStreamWorld({
    baselines: [{ baseline: cutBaseline(profiles), from: monday + 24 }],
    first: monday,
    hours: days * 24,
    profilesAt: i => profiles[i]!,
    oddAt: i => ({ fields: fields[i]!, reused: reused[i]! }),
  });
  const judged = await world.judgeUpTo(days * 24);
  return phases.flatMap((_, phase) => {
    const findings = judged.filter(window => phaseOf(window) === phase).flatMap(window => window.findings);
    return counted.map((check): ServiceCount => {
      const own = findings.filter(finding => nameOf(finding) === check && finding.verdict !== 'learning');
      const alarms = own.filter(({ verdict }) => verdict === 'drift' || verdict === 'no-data');
      const said = alarms.filter(({ verdict, p, alpha }) => verdict === 'drift' || p <= alpha);
      const pages = said.filter(finding => severityOf(finding, defaultPolicy) === 'page');
      const allowed = own.reduce((sum, { alpha }) => sum + (Number.isFinite(alpha) ? alpha : 0), 0);
      return {
        traffic: traffic.name,
        rates: rates.name,
        phase,
        check,
        alarms: said.length,
        pages: pages.length,
        allowed,
      };
    });
  });
}

function phaseOf({ windowStart }: JudgedWindow): number {
  const history = windowStart / 3600 - monday;
  return phases.findIndex(({ from, to }) => history >= from && history < to);
}

function nameOf({ check, n, detail }: Finding): string {
  if (check !== 'schema') return check === 'volume' && n === 0 ? 'no-data' : check;
  const [appeared, vanished] = [detail['appeared'] as { field: string }[], detail['vanished'] as string[]];
  const near =
    appeared.length > 0 && vanished.length === 0 && appeared.every(({ field }) => field === 'beta');
  return near ? 'schema, new in .6 %' : check;
}

const select = (
  data: readonly ServiceCount[],
  of: Partial<Pick<ServiceCount, 'traffic' | 'rates' | 'phase' | 'check'>>,
) =>
  data.filter(
    row =>
      (of.traffic ?? row.traffic) === row.traffic &&
      (of.rates ?? row.rates) === row.rates &&
      (of.phase ?? row.phase) === row.phase &&
      (of.check ?? row.check) === row.check,
  );

/** Alarms, pages and levels of a cell in 30 days of one stream. */
function monthly(cell: readonly ServiceCount[]): Pick<ServiceCount, 'alarms' | 'pages' | 'allowed'> {
  const spent = cell.reduce((sum, { phase }) => sum + (phases[phase]!.to - phases[phase]!.from) / 24, 0);
  const per = (of: (row: ServiceCount) => number) =>
    (cell.reduce((sum, row) => sum + of(row), 0) * monthDays) / spent;
  return { alarms: per(row => row.alarms), pages: per(row => row.pages), allowed: per(row => row.allowed) };
}

function sectionOf(data: readonly ServiceCount[], rates: Rates): Section {
  return {
    caption: `${rates.name === steady.name ? 'Steady' : 'Moving'} shares and latency: alarms in 30 days, in brackets those that page; last the levels of its tests added up, over all`,
    head: ['check', ...phases.flatMap(({ name }) => traffics.map(t => `${t.name}, ${name}`)), 'levels'],
    rows: counted.map(check => [
      check,
      ...phases.flatMap((_, phase) =>
        traffics.map(traffic => {
          const { alarms, pages } = monthly(
            select(data, { rates: rates.name, traffic: traffic.name, phase, check }),
          );
          return alarms === 0 ? '0' : `${fixed(alarms)} (${fixed(pages)})`;
        }),
      ),
      fixed(monthly(select(data, { rates: rates.name, check })).allowed, 3),
    ]),
  };
}

function findingsOf(data: readonly ServiceCount[]): string[] {
  return [steady, moving].flatMap(({ name }) =>
    phases.map((phase, at) => {
      const noisy = counted
        .map(check => ({ check, ...monthly(select(data, { rates: name, phase: at, check })) }))
        .filter(({ alarms }) => alarms > 0)
        .sort((a, b) => b.pages - a.pages || b.alarms - a.alarms)
        .map(({ check, alarms, pages }) => `${check} ${fixed(alarms)} (${fixed(pages)})`);
      return `${name} shares, ${phase.name}: ${noisy.length === 0 ? 'no alarm of any check' : `${noisy.join(', ')} in 30 days; no other`}.`;
    }),
  );
}

/** Steady shares are independent rows: there the levels are a promise, whatever the traffic. Alarms come in runs of ten. */
function assert({ data }: Table<ServiceCount>): string[] {
  const cluster = 10;
  const far = -Math.log(1e-8);
  // A field in .6 % of the rows is above 1 % in some windows: that is its rule, and promises nothing.
  const promised = counted.filter(check => check !== 'schema, new in .6 %');
  return promised.flatMap(check => {
    const cell = select(data, { rates: steady.name, check });
    const alarms = cell.reduce((sum, row) => sum + row.alarms, 0);
    const allowed = cell.reduce((sum, row) => sum + row.allowed, 0) / cluster;
    // Bernstein's inequality for runs, at 1.25 times the levels.
    const expected = 1.25 * allowed;
    const most = cluster * (expected + far / 3 + Math.sqrt((far / 3) ** 2 + 2 * far * expected));
    return alarms > most
      ? [`${check}: ${alarms} alarms over steady rows, ${fixed(allowed * cluster)} allowed`]
      : [];
  });
}
