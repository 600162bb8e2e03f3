import { createRandom, type Random } from './random.ts';
import { follow, judgeAll, learn } from './streams-judge.ts';
import { drawHours, isWeekend } from './streams-rows.ts';
import { type Scenario, scenarios } from './streams-scenarios.ts';
import { learnedPeriod, signsOf, sumOf } from './streams-stream.ts';
import { cutSubject, kinds } from './streams-subjects.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

const step = 0.3;
/** The step comes on a Wednesday at noon, when office hours have rows; what follows is watched for a week. */
const stepHour = (28 + 9) * 24 + 12;
const watchedHours = 168;
/** Median over continuous features, and one of each other kind. */
const steppedFeatures = kinds.map((_, at) => at);

export interface DelayRow {
  readonly scenario: string;
  /** Hours from the step to the end of the first window that drifts and of the first that pages; -1: none in a week. */
  readonly drift: readonly number[];
  readonly page: readonly number[];
  /** The same for the continuous features alone. */
  readonly continuous: readonly number[];
}

/** How long a lasting step stays unseen. */
export const streamsDelay: Calibration<DelayRow> = { name: 'streams-delay', run, assert };

function run(scale: number, say: (line: string) => void): Table<DelayRow> {
  const repeats = repeatsAt(scale, 8);
  const data = scenarios.map(scenario => {
    say(`streams-delay: ${scenario.name}`);
    const found = Array.from({ length: repeats }, (_, repeat) =>
      delaysOf(scenario, createRandom(`streams delay, ${scenario.name}, ${repeat}`)),
    ).flat();
    return {
      scenario: scenario.name,
      drift: found.map(({ drift }) => drift),
      page: found.map(({ page }) => page),
      continuous: found.filter(({ at }) => kinds[at] === 'continuous').map(({ page }) => page),
    };
  });
  return {
    name: streamsDelay.name,
    title: 'Real streams: how long does a step stay unseen?',
    scale,
    about: [
      `Streams as in the table of false alarms, ${data[0]!.page.length} features each. After 28 days of learning and nine more days every feature steps by ${step} standard deviations of a row (in its continuous form: 12 % of the rows move) on a Wednesday at noon and stays there. Levels as for a budget of 1 over 20 subjects; windows of 1, 6, 24 and 168 hours at every stride, those that end after the step. Each feature counts by itself: with several that step at once the first one pages earlier.`,
      'What pages has an effect of .10 or more, which is estimated and near .12 here: a feature whose continuous form moves by 12 % moves by less once it has many zeros or few categories, and then drifts without paging.',
    ],
    sections: [
      {
        caption:
          'Hours until the first window that drifts or pages (median; 90 % quantile), and share found within a week',
        head: ['stream', 'drift', 'page', 'page, continuous', 'drift within a week', 'page within a week'],
        rows: data.map(row => [
          row.scenario,
          quantiles(row.drift),
          quantiles(row.page),
          quantiles(row.continuous),
          fixed(foundShare(row.drift)),
          fixed(foundShare(row.page)),
        ]),
      },
    ],
    findings: findingsOf(data),
    data,
  };
}

function findingsOf(data: readonly DelayRow[]): string[] {
  const late = data.filter(({ drift }) => quantile(drift, 0.5) > 24).map(({ scenario }) => scenario);
  const soon = data.filter(({ drift }) => quantile(drift, 0.5) <= 24);
  const slowest = Math.max(...soon.map(({ drift }) => quantile(drift, 0.5)));
  return [
    `Median hours to the first drift: at most ${slowest} in ${soon.length} of ${data.length} streams.`,
    ...(late.length > 0
      ? [
          `More than a day: ${late.join('; ')}. There the step is within what the stream does by itself in hours.`,
        ]
      : []),
  ];
}

function delaysOf(
  scenario: Scenario,
  random: Random,
): { readonly at: number; readonly drift: number; readonly page: number }[] {
  const signs = signsOf(random);
  const hours = drawHours(
    {
      scenario,
      signs,
      hours: stepHour + watchedHours,
      shiftAt: hour => (hour >= stepHour ? step : 0),
      weekendAt: isWeekend,
    },
    random,
  );
  const own = learnedPeriod(hours, 0);
  return steppedFeatures.map(at => {
    const followed = follow(cutSubject(at, sumOf(hours, at, own)), { hours, at });
    const fits = learn(followed, Math.ceil(hours.length / 24));
    const range = { fits, anchor: null, from: stepHour - 168, to: hours.length };
    const after = judgeAll(followed, range).filter(({ start, length }) => start + length > stepHour);
    const first = (kind: 'drift' | 'pages') => {
      const ends = after
        .filter(verdict => verdict[kind])
        .map(({ start, length }) => start + length - stepHour);
      return ends.length > 0 ? Math.min(...ends) : -1;
    };
    return { at, drift: first('drift'), page: first('pages') };
  });
}

/** Quantile of delays; not found counts as longer than any. */
function quantile(delays: readonly number[], share: number): number {
  const sorted = delays.map(delay => (delay < 0 ? Infinity : delay)).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function quantiles(delays: readonly number[]): string {
  const text = (share: number) => {
    const value = quantile(delays, share);
    return value === Infinity ? '> 168' : String(value);
  };
  return `${text(0.5)}; ${text(0.9)}`;
}

function foundShare(delays: readonly number[]): number {
  return delays.filter(delay => delay >= 0).length / delays.length;
}

/** A step of .3 sd in 200 independent rows an hour is seven times what six hours scatter: it cannot stay unseen for a day. */
function assert({ data }: Table<DelayRow>): string[] {
  return data
    .filter(({ scenario, drift }) => scenario === 'iid' && quantile(drift, 0.5) > 24)
    .map(({ scenario, drift }) => `${scenario}: a step of ${step} sd takes ${quantile(drift, 0.5)} hours`);
}
