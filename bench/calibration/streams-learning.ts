import { tooFew } from './binomial.ts';
import { createRandom, type Random } from './random.ts';
import { follow, judgeAll, learn, type Verdict } from './streams-judge.ts';
import { drawHours } from './streams-rows.ts';
import { type Scenario, scenarioOf } from './streams-scenarios.ts';
import { learnedPeriod, signsOf, sumOf } from './streams-stream.ts';
import { cutSubject, kinds } from './streams-subjects.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

const stepDay = 10;
const watchedDays = 10;
const steps = [0.3, 0.5, 1] as const;
const names = [
  'iid',
  'daily and weekly cycle',
  'bursts of one customer',
  'AR(1) .7',
  'random day level',
  '20 rows an hour',
] as const;
/** Features that step: continuous ones. */
const places = kinds.flatMap((kind, at) => (kind === 'continuous' ? [at] : []));

export interface LearningRow {
  readonly scenario: string;
  readonly step: number;
  readonly features: number;
  /** Of all 6 h windows in the days after the step: by day, the share that drift. */
  readonly byDay: readonly number[];
  /** Features of which at least half of the windows drifted on the tenth day. */
  readonly kept: number;
}

/** Whether a step while the noise is still being learnt passes for noise. */
export const streamsLearning: Calibration<LearningRow> = { name: 'streams-learning', run, assert };

function run(scale: number, say: (line: string) => void): Table<LearningRow> {
  const repeats = repeatsAt(scale, 8);
  const data = names.flatMap(name => {
    say(`streams-learning: ${name}`);
    return steps.map(step => measure(scenarioOf(name), step, repeats));
  });
  return {
    name: streamsLearning.name,
    title: 'Real streams: does a step while learning stay found?',
    scale,
    about: [
      `${data[0]!.features} continuous features each. The stream steps at the start of day ${stepDay} of its history, when three fits exist at most, and stays there for ${watchedDays} days, while a fit is made every night. A day that is unlike the days before it is left out of what is learnt. Windows of 6 h with the level of a budget of 1 over 20 subjects.`,
    ],
    sections: [
      {
        caption: `Share of 6 h windows that drift, by days since the step, and share of features still found on day ${watchedDays}`,
        head: ['stream', 'step, sd', 'day 1', 'day 2', 'day 3', 'day 5', 'day 10', 'all', 'still found'],
        rows: data.map(row => [
          row.scenario,
          fixed(row.step, 1),
          ...[0, 1, 2, 4, 9].map(day => fixed(row.byDay[day]!)),
          fixed(row.byDay.reduce((sum, share) => sum + share, 0) / row.byDay.length),
          fixed(row.kept / row.features),
        ]),
      },
    ],
    findings: findingsOf(data),
    data,
  };
}

function findingsOf(data: readonly LearningRow[]): string[] {
  const named = (rows: readonly LearningRow[]) =>
    rows.map(({ scenario, step, byDay }) => `${scenario} ${step} sd (${fixed(byDay[0]!)})`).join('; ');
  const absorbed = data.filter(({ byDay }) => byDay[watchedDays - 1]! < byDay[0]! - 0.1);
  const small = data.filter(({ byDay }) => byDay[0]! < 0.5);
  return [
    absorbed.length === 0
      ? `No step is absorbed: on day ${watchedDays} the share of windows that drift is nowhere more than .10 below that of the first day.`
      : `Found less on day ${watchedDays} than on the first: ${named(absorbed)}.`,
    ...(small.length > 0
      ? [
          `Too small for what ten days know, found in fewer than half of the windows on the first day: ${named(small)}.`,
        ]
      : []),
  ];
}

function measure(scenario: Scenario, step: number, repeats: number): LearningRow {
  const found = Array.from({ length: repeats }, (_, repeat) =>
    streamsOf(scenario, step, createRandom(`streams learning, ${scenario.name}, ${step}, ${repeat}`)),
  ).flat();
  const shareOn = (verdicts: readonly Verdict[], day: number) => {
    const of = verdicts.filter(({ start }) => Math.floor(start / 24) === stepDay + day);
    return of.filter(({ drift }) => drift).length / Math.max(1, of.length);
  };
  const days = Array.from({ length: watchedDays }, (_, day) => day);
  return {
    scenario: scenario.name,
    step,
    features: found.length,
    byDay: days.map(day => found.reduce((sum, verdicts) => sum + shareOn(verdicts, day), 0) / found.length),
    kept: found.filter(verdicts => shareOn(verdicts, watchedDays - 1) >= 0.5).length,
  };
}

function streamsOf(scenario: Scenario, step: number, random: Random): (readonly Verdict[])[] {
  const hours = drawHours(
    {
      scenario,
      signs: signsOf(random),
      hours: (stepDay + watchedDays) * 24 + 6,
      shiftAt: hour => (hour >= stepDay * 24 ? step : 0),
    },
    random,
  );
  const own = learnedPeriod(hours, 0);
  return places.map(at => {
    const followed = follow(cutSubject(at, sumOf(hours, at, own)), { hours, at });
    const fits = learn(followed, stepDay + watchedDays);
    return judgeAll(followed, { fits, anchor: null, from: stepDay * 24, to: hours.length, lengths: [6] });
  });
}

/** A step of one sd among independent rows is beyond doubt in any 6 h window. */
function assert({ data }: Table<LearningRow>): string[] {
  return data
    .filter(({ scenario, step }) => scenario === 'iid' && step === 1)
    .filter(({ kept, features }) => tooFew(kept, features, { p: 0.95, looks: 1 }))
    .map(({ kept, features }) => `a step of 1 sd is still found in ${kept} of ${features} features only`);
}
