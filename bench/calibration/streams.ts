import { createRandom } from './random.ts';
import {
  clusters,
  countVerdicts,
  meanOf,
  monthly,
  overNominal,
  type StreamCount,
  text,
} from './streams-count.ts';
import { testedSubjects } from './streams-judge.ts';
import { type Scenario, scenarios } from './streams-scenarios.ts';
import { judgeStream, type Mode } from './streams-stream.ts';
import { kinds } from './streams-subjects.ts';
import { type Calibration, fixed, repeatsAt, type Section, type Table } from './table.ts';

const days = 58;
const budget = 1;
/** Mean false alarms a month, over all kinds of streams, that the rule is meant to keep. */
const wanted = 2 * budget;

/** False alarms of real streams whose baseline was learnt from their own first rows. */
export const streamsAlarms: Calibration<StreamCount> = declare({
  name: 'streams',
  title: 'Real streams: false alarms with nothing wrong',
  modes: ['learned'],
  repeats: 16,
  kinds: scenarios,
  about:
    'The baseline is cut from the first rows as in production: at 24 h with 5,000 rows, else in the hour of the 5,000th row, else at 7 days.',
});

/** The same where the level comes from elsewhere than the hours that the noise was learnt from. */
export const streamsLevel: Calibration<StreamCount> = declare({
  name: 'streams-level',
  title: 'Real streams: false alarms when the level is not the stream’s own',
  modes: ['training 5k', 'training 50k', 'promoted'],
  repeats: 8,
  kinds: scenarios,
  about:
    'Training: a baseline without a time axis, 5,000 or 50,000 rows sampled from 28 other days of the same stream. Promoted: after four weeks a second baseline is cut from the stream as at its beginning, and takes the noise over.',
});

interface Declared {
  readonly name: string;
  readonly title: string;
  readonly modes: readonly Mode[];
  /** Streams of each kind at scale 1. */
  readonly repeats: number;
  readonly kinds: readonly Scenario[];
  readonly about: string;
}

function declare(of: Declared): Calibration<StreamCount> {
  return {
    name: of.name,
    run: (scale, say) => run(of, { scale, say }),
    assert: table => assert(of, table),
  };
}

function run(
  of: Declared,
  { scale, say }: { readonly scale: number; readonly say: (line: string) => void },
): Table<StreamCount> {
  const repeats = repeatsAt(scale, of.repeats);
  const data = of.kinds.flatMap(scenario => {
    say(`${of.name}: ${scenario.name}`);
    return Array.from({ length: repeats }, (_, repeat) =>
      countsOf(scenario, of.modes, `${of.name}, ${scenario.name}, ${repeat}`),
    ).flat();
  });
  const sections = of.modes.flatMap(mode => sectionsOf(mode, data));
  return {
    name: of.name,
    title: of.title,
    scale,
    about: [
      `${repeats} streams of each kind with ${kinds.length} features each (five continuous in 64 bins, two with 70 % zeros, one of eight integers, five and twelve categories) over ${days} days from a Monday on, hour by hour, with nothing wrong. ${of.about} Learnt and judged by the functions of the detector: a fit every night from 7 days of history until 28 days are in; windows of 1 and 6 h every hour, 24 h every 4, 168 h every 28. Alarms are those of a model with ${testedSubjects} features at a budget of ${budget} (${fixed(budget * 0.75)} of it is for the distributions of features), stated for 30 days; errors are over streams, since windows overlap. A page is what the default policy says; alarms of one feature come in clusters, so the features of 20 that page at all in a month are counted too.`,
      ...of.kinds.map(({ name, what }) => `${name}: ${what}.`),
    ],
    sections,
    findings: of.modes.flatMap(mode => findingsOf(mode, data)),
    data,
  };
}

function countsOf(scenario: Scenario, modes: readonly Mode[], name: string): StreamCount[] {
  const found = judgeStream(scenario, { modes, days }, createRandom(name));
  return [...found].flatMap(([mode, verdicts]) => countVerdicts(verdicts, { scenario: scenario.name, mode }));
}

type Pick = Partial<{ readonly [Key in keyof StreamCount]: StreamCount[Key] }>;

function pick(data: readonly StreamCount[], wantedOf: Pick): StreamCount[] {
  const entries = Object.entries(wantedOf) as [keyof StreamCount, unknown][];
  return data.filter(count => entries.every(([key, value]) => count[key] === value));
}

function sectionsOf(mode: Mode, data: readonly StreamCount[]): Section[] {
  const of = pick(data, { mode });
  const names = [...new Set(of.map(({ scenario }) => scenario))];
  const all = (calibration: StreamCount['calibration']) =>
    [1, 6, 24, 168].filter(length =>
      of.some(count => count.calibration === calibration && count.length === length),
    );
  const section = (calibration: StreamCount['calibration'], caption: string): Section[] => {
    const lengths = all(calibration);
    if (lengths.length === 0) return [];
    const noted = calibration === 'learning' ? [] : lengths;
    return [
      {
        caption: `${caption}: alarms a month, ${mode}`,
        head: [
          'stream',
          ...noted.map(length => `by p, ${length} h`),
          'by p',
          'with tolerance',
          'pages',
          'features that page',
        ],
        rows: names.map(scenario => {
          const some = pick(of, { scenario, calibration });
          return [
            scenario,
            ...noted.map(length => fixed(monthly(pick(some, { length }), 'byP').mean)),
            ...(['byP', 'drift', 'pages'] as const).map(what => text(monthly(some, what))),
            text(clusters(some)),
          ];
        }),
      },
    ];
  };
  return [
    ...section('calibrated', 'From 28 days on'),
    ...section('provisional', '7 to 28 days, windows of 1 and 6 h'),
    ...section('learning', 'Before 28 days, windows of 24 and 168 h'),
    nominal(mode, of, names),
  ];
}

function nominal(mode: Mode, of: readonly StreamCount[], names: readonly string[]): Section {
  const columns = (
    [
      ['provisional', 1],
      ['provisional', 6],
      ['calibrated', 1],
      ['calibrated', 6],
      ['calibrated', 24],
      ['calibrated', 168],
    ] as const
  ).filter(([calibration]) => of.some(count => count.calibration === calibration));
  return {
    caption: `Error over nominal at .01 / .001 (standard error of the latter), ${mode}`,
    head: ['stream', ...columns.map(([calibration, length]) => `${calibration}, ${length} h`)],
    rows: names.map(scenario => [
      scenario,
      ...columns.map(([calibration, length]) => {
        const some = pick(of, { scenario, calibration, length });
        return `${fixed(overNominal(some, 0.01).mean, 1)} / ${fixed(overNominal(some, 0.001).mean, 1)} (${fixed(overNominal(some, 0.001).error, 1)})`;
      }),
    ]),
  };
}

function findingsOf(mode: Mode, data: readonly StreamCount[]): string[] {
  const names = [...new Set(data.map(({ scenario }) => scenario))];
  return (['calibrated', 'provisional', 'learning'] as const).flatMap(calibration => {
    const of = names
      .map(scenario => {
        const some = pick(data, { mode, calibration, scenario });
        return { scenario, pages: monthly(some, 'pages'), clusters: clusters(some).mean };
      })
      .filter(({ scenario }) => pick(data, { mode, calibration, scenario }).length > 0)
      .sort((a, b) => b.pages.mean - a.pages.mean);
    if (of.length === 0) return [];
    const mean = meanOf(of.map(({ pages }) => pages.mean)).mean;
    const features = meanOf(of.map(one => one.clusters)).mean;
    const over = of.filter(({ pages }) => pages.mean > wanted);
    return [
      `${mode}, ${calibration}: ${fixed(mean)} pages (${fixed(features)} features that page) a month on average over the kinds of streams, at a budget of ${budget}; ${
        over.length === 0
          ? `none above ${wanted}`
          : `above ${wanted}: ${over.map(({ scenario, pages }) => `${scenario} ${text(pages)}`).join('; ')}`
      }.`,
    ];
  });
}

/**
 * Alarms come in clusters of windows that overlap, one cluster a feature with a level of its own: counted as independent
 * clusters of at most forty, a mean of `wanted` for the calibrated exceeds this with a probability below 1e-7
 * (Bernstein's inequality). So it is the mean over all streams of a table that is bounded, not each.
 */
function assert(of: Declared, { data }: Table<StreamCount>): string[] {
  const size = 40;
  const far = -Math.log(1e-7);
  return of.modes.flatMap(mode => {
    const some = pick(data, { mode, calibration: 'calibrated' });
    const streams = some.length / 4;
    const expected = (wanted * streams * (kinds.length / testedSubjects)) / size;
    const most = size * (expected + far / 3 + Math.sqrt((far / 3) ** 2 + 2 * far * expected));
    const seen = some.reduce((sum, { pages }) => sum + pages, 0);
    return seen > most ? [`${mode}: ${seen} pages in ${streams} streams of ${kinds.length} features`] : [];
  });
}
