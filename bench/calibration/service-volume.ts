import { defaultPolicy, severityOf } from '../../src/act/policy.ts';
import { createAlphas } from '../../src/detect/alphas.ts';
import { createCalendar } from '../../src/detect/calendar.ts';
import { volumeCheck } from '../../src/detect/checks/volume.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { strideSeconds, windowLengths } from '../../src/domain/window.ts';
import { baselineOf, contextOf } from '../../test/twins/samples.ts';
import { createRandom } from './random.ts';
import { drawRows, monday, type Traffic, trafficsOfVolume } from './service-stream.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

const days = 70;
const monthDays = 30;
const firstDays = 14;
const fullDays = 28;
const levels = [0.01, 0.001] as const;
/** As if ten subjects were tested besides. */
const tested = 10;

/** Windows of one length of one kind of stream, judged with 14 to 28 days of history or more. */
export interface VolumeCount {
  readonly traffic: string;
  readonly full: boolean;
  readonly length: number;
  readonly windows: number;
  /** Windows with p at or below .01 and .001. */
  readonly hits: readonly number[];
  /** Verdicts `drift`, and `no-data` at its level; all of them page. */
  readonly alarms: number;
  readonly silent: number;
  readonly months: number;
}

export const serviceVolume: Calibration<VolumeCount> = { name: 'service-volume', run, assert };

function run(scale: number, say: (line: string) => void): Table<VolumeCount> {
  const repeats = repeatsAt(scale, 20);
  const data = trafficsOfVolume.flatMap(traffic => {
    say(`service-volume: ${traffic.name}`);
    return merged(Array.from({ length: repeats }, (_, repeat) => simulate(traffic, repeat)));
  });
  const line = (traffic: Traffic, full: boolean) => {
    const own = data.filter(row => row.traffic === traffic.name && row.full === full);
    const sum = (of: (row: VolumeCount) => number) => own.reduce((total, row) => total + of(row), 0);
    const months = own[0]!.months;
    return [
      traffic.name,
      full ? 'from day 29' : 'day 15 to 28',
      ...levels.map((level, i) => fixed(sum(row => row.hits[i]!) / (sum(row => row.windows) * level))),
      fixed(sum(row => row.alarms) / months, 3),
      fixed(sum(row => row.silent) / months, 3),
    ];
  };
  return {
    name: serviceVolume.name,
    title: 'Volume: false alarms with nothing changed',
    scale,
    about: [
      `${repeats} streams of ${days} days of each kind; hours are Poisson counts around a mean that gamma factors move by 20 % an hour and 25 % a day unless said otherwise, weekends have 60 % where there is a weekday at all. Windows of 1, 6, 24 and 168 h against the same hours of up to four weeks; levels of a budget of 1 over ${tested} other subjects. The levels of one month add up to ${fixed(1 / (tested + 1), 3)}.`,
    ],
    sections: [
      {
        caption: 'Share of windows with p at or below a level, over that level, and alarms in 30 days',
        head: ['stream', 'history', 'at .01', 'at .001', 'volume', 'no-data'],
        rows: trafficsOfVolume.flatMap(traffic => [line(traffic, false), line(traffic, true)]),
      },
    ],
    findings: [
      `${data.reduce((sum, row) => sum + row.alarms, 0)} alarms of volume and ${data.reduce((sum, row) => sum + row.silent, 0)} of no-data in ${fixed(
        data.filter(row => row.length === 3600).reduce((sum, row) => sum + row.months, 0),
        0,
      )} simulated months.`,
    ],
    data,
  };
}

function simulate(traffic: Traffic, repeat: number): VolumeCount[] {
  const rows = drawRows(traffic, days, createRandom(`volume ${traffic.name}, ${repeat}`));
  const coverage = {
    days: [],
    hours: rows.flatMap((n, i) =>
      n === 0 ? [] : [{ hour: (monday + i) * 3600, generation: 1n, started: 1, rows: n, complete: true }],
    ),
  };
  const alphaOf = createAlphas(baselineOf([]), 1 / (tested + 1));
  const calendar = createCalendar([], 'churn');
  return windowLengths.flatMap(length =>
    [false, true].map(full => {
      const [from, to] = full ? [fullDays * 24, days * 24] : [firstDays * 24, fullDays * 24];
      const findings: Finding[] = [];
      for (let end = from * 3600 + length; end <= to * 3600; end += strideSeconds(length)) {
        const window = { start: monday * 3600 + end - length, end: monday * 3600 + end };
        const base = contextOf(baselineOf([]), {});
        findings.push(
          volumeCheck({
            ...base,
            window: { ...base.window, ...window },
            rows: rows.slice((end - length) / 3600, end / 3600).reduce((sum, n) => sum + n, 0),
            coverage,
            calendar,
            alphaOf: (subject, check) => alphaOf(subject, check, length),
          }),
        );
      }
      return countOf(findings, { traffic: traffic.name, full, length, months: (to - from) / 24 / monthDays });
    }),
  );
}

function countOf(
  findings: readonly Finding[],
  place: Pick<VolumeCount, 'traffic' | 'full' | 'length' | 'months'>,
): VolumeCount {
  const judged = findings.filter(({ p }) => Number.isFinite(p));
  const paging = judged.filter(finding => severityOf(finding, defaultPolicy) === 'page');
  return {
    ...place,
    windows: judged.length,
    hits: levels.map(level => judged.filter(({ p }) => p <= level).length),
    alarms: paging.filter(({ verdict }) => verdict === 'drift').length,
    silent: paging.filter(({ verdict }) => verdict === 'no-data').length,
  };
}

/** The counts of several streams of one kind, added up cell by cell. */
function merged(streams: readonly (readonly VolumeCount[])[]): VolumeCount[] {
  return streams.reduce<VolumeCount[]>(
    (sums, stream) =>
      stream.map((row, i) => {
        const sum = sums[i];
        if (sum === undefined) return row;
        return {
          ...row,
          windows: row.windows + sum.windows,
          hits: row.hits.map((hit, at) => hit + sum.hits[at]!),
          alarms: row.alarms + sum.alarms,
          silent: row.silent + sum.silent,
          months: row.months + sum.months,
        };
      }),
    [],
  );
}

/** Alarms come in runs of at most ten windows; a stream that grows is promised nothing but not to alarm much. */
function assert({ data }: Table<VolumeCount>): string[] {
  const cluster = 10;
  const far = -Math.log(1e-8);
  return trafficsOfVolume.flatMap(({ name }) => {
    const own = data.filter(row => row.traffic === name);
    const alarms = own.reduce((sum, row) => sum + row.alarms, 0);
    const months = own.filter(row => row.length === 3600).reduce((sum, row) => sum + row.months, 0);
    const expected = (1.25 * months) / (tested + 1) / cluster;
    const most = cluster * (expected + far / 3 + Math.sqrt((far / 3) ** 2 + 2 * far * expected));
    return alarms > most ? [`${name}: ${alarms} alarms in ${fixed(months)} months`] : [];
  });
}
