import { inheritNoise } from '../../src/detect/inherit.ts';
import { type Anchor, anchorOf } from '../../src/detect/window-noise.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { decideLearning } from '../../src/profile/baseline-rule.ts';
import type { Random } from './random.ts';
import { follow, judgeAll, learn, monday, type Verdict } from './streams-judge.ts';
import { drawHours, drawSample, type FineHour, fineCells } from './streams-rows.ts';
import type { Scenario } from './streams-scenarios.ts';
import { cutSubject, kinds } from './streams-subjects.ts';

/** Where the baseline comes from. */
export type Mode = 'learned' | 'training 5k' | 'training 50k' | 'promoted';

const calibratedDay = 28;
const hourMs = 3_600_000;

/** A stream of `days` with nothing wrong, judged all along: the verdicts of each feature. */
export function judgeStream(
  scenario: Scenario,
  { modes, days }: { readonly modes: readonly Mode[]; readonly days: number },
  random: Random,
): ReadonlyMap<Mode, readonly (readonly Verdict[])[]> {
  const signs = signsOf(random);
  const request = { scenario, signs, hours: days * 24 };
  const hours = drawHours(request, random);
  const training = new Map<Mode, FineHour>();
  for (const mode of modes)
    if (mode.startsWith('training')) {
      const before = { ...request, hours: calibratedDay * 24 };
      training.set(mode, drawSample(before, mode === 'training 5k' ? 5000 : 50_000, random));
    }
  return new Map(
    modes.map(mode => [
      mode,
      kinds.map((_, at) => judgeFeature(mode, { hours, at, sample: training.get(mode) })),
    ]),
  );
}

export function signsOf(random: Random): number[] {
  return kinds.map(() => (random.uniform() < 0.5 ? -1 : 1));
}

interface Feature {
  readonly hours: readonly FineHour[];
  readonly at: number;
  readonly sample?: FineHour | undefined;
}

function judgeFeature(mode: Mode, feature: Feature): readonly Verdict[] {
  const { hours, at, sample } = feature;
  const to = hours.length;
  if (mode === 'promoted') return judgePromoted(feature);
  if (sample !== undefined) {
    const followed = follow(cutSubject(at, sample[at]!), { hours, at });
    return judgeAll(followed, {
      fits: learn(followed, to / 24),
      anchor: anchorOf(baselineOver({ from: 0, to: 0 }), 0, () => []),
      from: 0,
      to,
    });
  }
  const own = learnedPeriod(hours, 0);
  const followed = follow(cutSubject(at, sumOf(hours, at, own)), { hours, at });
  return judgeAll(followed, { fits: learn(followed, to / 24), anchor: null, from: own.from, to, own });
}

/** A new baseline from the day after the fourth week: it takes over what was learnt under the first. */
function judgePromoted({ hours, at }: Feature): readonly Verdict[] {
  const first = follow(cutSubject(at, sumOf(hours, at, learnedPeriod(hours, 0))), { hours, at });
  const noise = learn(first, calibratedDay).get(calibratedDay);
  const own = learnedPeriod(hours, calibratedDay * 24);
  const next = follow(cutSubject(at, sumOf(hours, at, own)), { hours, at });
  const name = next.subject.binning.subject;
  const taken = inheritNoise({
    from: new Map([[name, first.subject]]),
    to: new Map([[name, next.subject]]),
    noise: new Map(noise === undefined ? [] : [[name, noise]]),
  }).get(name);
  const days = hours.length / 24;
  const fits = new Map(
    taken === undefined ? [] : Array.from({ length: days + 1 }, (_, day) => [day, taken] as const),
  );
  return judgeAll(next, { fits, anchor: anchorFrom(own, next.rows), from: own.from, to: hours.length, own });
}

/** Place of a level that was taken from a period of the stream. */
function anchorFrom(
  period: { readonly from: number; readonly to: number },
  rows: Float64Array,
): Anchor | null {
  return anchorOf(baselineOver(period), 1, ({ from, to }) => rows.slice(from - monday, to - monday));
}

function baselineOver({ from, to }: { readonly from: number; readonly to: number }): Baseline {
  const at = (hour: number) => (to === 0 ? 0 : (monday + hour) * hourMs);
  return { from: at(from), to: at(to) } as Baseline;
}

/** The period that a baseline is cut from when the stream begins at an hour. */
export function learnedPeriod(
  hours: readonly FineHour[],
  start: number,
): { readonly from: number; readonly to: number } {
  const counts = hours.slice(start).map((hour, i) => ({
    hour: (monday + start + i) * 3600,
    rows: hour[0]!.reduce((sum, count) => sum + count, 0),
  }));
  const first = counts.findIndex(({ rows }) => rows > 0);
  const decided = decideLearning({
    hours: counts.filter(({ rows }) => rows > 0),
    first: counts[first]!.hour * 1000,
    last: (counts.at(-1)!.hour + 3600) * 1000,
  });
  if (decided.kind !== 'cut') throw new Error(decided.sentence);
  return { from: Math.floor(decided.from / 3600) - monday, to: decided.to / 3600 - monday };
}

export function sumOf(
  hours: readonly FineHour[],
  at: number,
  { from, to }: { readonly from: number; readonly to: number },
): Float64Array {
  const sum = new Float64Array(fineCells);
  for (let hour = from; hour < to; hour++)
    for (let cell = 0; cell < fineCells; cell++) sum[cell]! += hours[hour]![at]![cell]!;
  return sum;
}
