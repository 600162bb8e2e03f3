import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import { subjectNamed } from '../../domain/subject.ts';
import { fitsGlob } from '../../lib/glob.ts';
import { type BinnedPair, cellsOf } from '../../stats/cells.ts';
import { type Measure, measureNamed } from '../../stats/measures/index.ts';
import { chanceOnNoise, type NoiseChance } from '../../stats/noise-chance.ts';
import { seededRandom } from '../../stats/random.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { checksOf } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { countText, numberText, percentText, subjectText } from '../words.ts';

/** A measure and threshold of the user's own. It judges beside the calibrated test and is no part of the budget. */
export interface MeasureRule {
  /** Name of a measure: `psi`, `jensen-shannon`, ... */
  readonly measure: string;
  /** Fires above it; below it for a measure that is a p. In the unit of the measure. */
  readonly threshold: number;
  /** Models and subjects (`feature:age`, or `age` for short) it holds for, by name or pattern; all when empty. */
  readonly models: readonly string[];
  readonly subjects: readonly string[];
  /** Window lengths in hours. */
  readonly hours: readonly number[];
}

/** Judges by measures and thresholds of the user's own: check `drift:psi` and the like, labelled uncalibrated. */
export const measuresCheck: Check = context => {
  const hours = (context.window.end - context.window.start) / 3600;
  const rules = context.measureRules.filter(
    rule =>
      rule.hours.includes(hours) &&
      (rule.models.length === 0 || rule.models.some(model => fitsGlob(model, context.stream.model))),
  );
  if (rules.length === 0) return [];
  const chosen = rules.map(rule => ({ rule, names: rule.subjects.map(subjectNamed) }));
  const findings: Finding[] = [];
  for (const subject of context.baseline.subjects) {
    if (!checksOf(subject).includes('drift')) continue;
    const { subject: name, kind } = subject.binning;
    const own = chosen
      .filter(({ names }) => names.length === 0 || names.some(given => fitsGlob(given, name)))
      .map(({ rule }) => rule)
      // One finding of a name: the first rule of a measure counts.
      .filter((rule, i, all) => all.findIndex(({ measure }) => measure === rule.measure) === i);
    const pair =
      own.length > 0 ? cellsOf(subject.binning, subject.reference, context.profileOf(subject)) : null;
    for (const rule of own) {
      const measure = measureNamed(rule.measure);
      if (pair === null || measure === undefined || !measure.kinds.includes(kind)) continue;
      findings.push(measured(context, subject, { rule, measure, pair }));
    }
  }
  return findings;
};

interface Measuring {
  readonly rule: MeasureRule;
  readonly measure: Measure;
  readonly pair: BinnedPair;
}

function measured(
  context: CheckContext,
  subject: BaselineSubject,
  { rule, measure, pair }: Measuring,
): Finding {
  const value = measure.of(pair);
  const n = sumOf(pair.current);
  const fires = measure.alarmsWhen === 'below' ? value < rule.threshold : value > rule.threshold;
  const random = seededRandom(seedOf(`${subject.binning.subject} ${measure.name} ${context.window.start}`));
  const chance = chanceOnNoise({ pair, measure, threshold: rule.threshold, random });
  const known = Number.isFinite(value) && n >= minimumRows;
  return findingOf(context, {
    check: `drift:${measure.name}`,
    subject: subject.binning.subject,
    verdict: known ? (fires ? 'drift' : 'stable') : 'insufficient',
    effect: value,
    tolerance: rule.threshold,
    n,
    nReference: sumOf(pair.reference),
    detail: {
      method: measure.name,
      calibrated: false,
      unit: measure.unit,
      alarmsWhen: measure.alarmsWhen,
      chance: chance.chance,
      chanceAtMost: chance.atMost,
      chanceMethod: chance.method,
      chanceDraws: chance.draws,
    },
    sentence: sentenceOf(subject.binning.subject, { value, n, rule, measure, chance }),
  });
}

function sentenceOf(
  subject: string,
  found: {
    readonly value: number;
    readonly n: number;
    readonly rule: MeasureRule;
    readonly measure: Measure;
    readonly chance: NoiseChance;
  },
): string {
  const { value, n, rule, measure, chance } = found;
  const side = value > rule.threshold ? 'above' : value < rule.threshold ? 'below' : 'at';
  return (
    `${subjectText(subject)}: ${measure.title} ${numberText(value)}, ${side} the threshold ${numberText(rule.threshold)} ` +
    `set for it. Uncalibrated: with nothing changed it would fire in ${chanceText(chance)} of windows of ` +
    `${countText(n)} rows.`
  );
}

/** Shares below a hundredth of a per cent say nothing more by their digits. */
function chanceText({ chance, atMost }: NoiseChance): string {
  if (chance < 1e-4) return 'under 0.01 %';
  return `${atMost ? 'at most ' : ''}${percentText(chance)}`;
}

/** FNV-1a: the same window draws the same numbers. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}
