import type { BaselineSubject } from '../domain/baseline.ts';
import type { Verdict } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import { categoryCounts, cellsOf, orderedCounts } from '../stats/cells.ts';
import { bothDirections, categoricalEffect } from '../stats/effect-categorical.ts';
import { measureAll } from '../stats/measures/index.ts';
import { rowsOf } from '../stats/rows.ts';
import { smallestDetectable } from '../stats/smallest-detectable.ts';
import { bodyTolerance, rareTolerance, verdictFrom } from '../stats/verdict.ts';
import { categoricalComponents, numericComponents } from './components.ts';
import { detectableUnderNoise } from './detectable.ts';
import { effectBy } from './tail-effect.ts';
import type { WindowTests } from './window-noise.ts';

/** One subject, one window, one baseline. */
export interface JudgeRequest {
  readonly subject: BaselineSubject;
  readonly current: Profile;
  /** What the false-alarm budget leaves for this test. */
  readonly alpha: number;
  /** Effect below which nobody cares; the defaults of `stats/verdict.ts` unless given. */
  readonly tolerance?: { readonly body: number; readonly rare: number };
  /** Tests against the stream's own past; null or absent: rows count as independent. */
  readonly tests?: WindowTests | null;
}

/** What was concluded from counts alone, with every number it rests on. */
export interface Judgement {
  readonly verdict: Extract<Verdict, 'drift' | 'stable' | 'insufficient'>;
  /** Calibrated probability of something at least this unusual with nothing changed. */
  readonly p: number;
  /** Component with the smallest weighted p; null when nothing could be tested. */
  readonly by: string | null;
  readonly components: Readonly<Record<string, number>>;
  /** Share of rows that moved, with limits that hold with 95 % at once. */
  readonly effect: number;
  readonly effectLow: number;
  readonly effectHigh: number;
  /** Which tolerance the effect has to reach: of the body of a distribution, or of what is rare. */
  readonly part: 'body' | 'rare';
  readonly tolerance: number;
  /** Where the effect lies, in the subject's own units; null is "open"; null altogether for categories. */
  readonly interval: { readonly low: number | null; readonly high: number | null } | null;
  /** Category that carries the effect. */
  readonly category: string | null;
  /** Share of the reference's rows that lie there; NaN where the effect has no place. */
  readonly referenceShare: number;
  /** Whether the window has more (1) or fewer (-1) rows there. */
  readonly direction: -1 | 0 | 1;
  /** Rows compared: with a value for numbers; missing ones too for categories, where missing is one more. */
  readonly n: number;
  readonly nReference: number;
  /** Shares of missing values. */
  readonly missing: number;
  readonly missingReference: number;
  readonly smallestDetectable: number;
  readonly method: 'numeric' | 'categorical' | 'numeric-window' | 'categorical-window';
  readonly measures: Readonly<Record<string, number | null>>;
}

/**
 * Judges one subject: the only place where a distribution is compared with its baseline.
 *
 * `drift` when p <= alpha and the effect reaches the tolerance of the component that decided; `insufficient` under 50
 * rows or when a shift of 10 % of the rows would be missed half of the time; else `stable`. The missing share of a
 * number is tested and reported by the check `missing` alone, with the level that its component has in the test.
 */
export function judge(request: JudgeRequest): Judgement {
  return request.subject.binning.kind === 'numeric' ? judgeNumeric(request) : judgeCategorical(request);
}

function judgeNumeric(request: JudgeRequest): Judgement {
  const { subject, current: profile, tests = null } = request;
  const { binning, reference: base } = subject;
  const current = orderedCounts(binning, profile);
  const reference = orderedCounts(binning, base);
  const { p, by, components } = numericComponents({ current, reference }, tests);
  const effect = effectBy(by, current, reference);
  const { edges } = binning;
  const [from, to] = effect.interval ?? [0, 0];
  const part = by === 'tail' || by === 'atom' ? 'rare' : 'body';
  return concluded(request, {
    ...sampleOf(profile, base),
    n: total(profile),
    nReference: total(base),
    p,
    by,
    components,
    effect: effect.estimate,
    effectLow: effect.low,
    effectHigh: effect.high,
    part,
    interval:
      effect.interval === null
        ? null
        : { low: from === 0 ? null : edges[from - 1]!, high: to >= edges.length ? null : edges[to]! },
    category: null,
    referenceShare: effect.interval === null ? Number.NaN : shareOf(reference, from, to),
    direction: effect.direction,
    method: tests === null ? 'numeric' : 'numeric-window',
  });
}

function judgeCategorical(request: JudgeRequest): Judgement {
  const { subject, current: profile, tests = null } = request;
  const { binning, reference: base } = subject;
  const current = withMissing(categoryCounts(binning, profile), profile);
  const reference = withMissing(categoryCounts(binning, base), base);
  const { p, by, components } = categoricalComponents({ current, reference }, tests);
  const effect = categoricalEffect(current, reference, bothDirections);
  const at = effect.cell;
  const [n, nReference] = [rowsOf(current), rowsOf(reference)];
  const place = at !== null && at >= 0 ? at : null;
  const moved = place === null ? 0 : current[place]! / n - reference[place]! / nReference;
  return concluded(request, {
    ...sampleOf(profile, base),
    n,
    nReference,
    p,
    by,
    components,
    effect: effect.estimate,
    effectLow: effect.low,
    effectHigh: effect.high,
    part: by === 'cell' ? 'rare' : 'body',
    interval: null,
    category: at === null ? null : categoryName(subject, at),
    referenceShare:
      place !== null
        ? shareOf(reference, place, place)
        : at === null
          ? Number.NaN
          : smallShare(current, reference),
    direction: Math.sign(moved) as -1 | 0 | 1,
    method: tests === null ? 'categorical' : 'categorical-window',
  });
}

type Found = Omit<Judgement, 'verdict' | 'tolerance' | 'smallestDetectable' | 'measures'>;

function concluded(request: JudgeRequest, found: Found): Judgement {
  const { alpha, tests = null, subject, current } = request;
  const limits = request.tolerance ?? { body: bodyTolerance, rare: rareTolerance };
  const tolerance = limits[found.part];
  const least =
    tests === null
      ? smallestDetectable(found.n, found.nReference, alpha)
      : detectableUnderNoise(tests, { n: found.n, m: found.nReference }, alpha);
  return {
    ...found,
    tolerance,
    smallestDetectable: least,
    verdict: verdictFrom({ ...found, least }, { alpha, tolerance }),
    measures: finiteOnly(measureAll(cellsOf(subject.binning, subject.reference, current))),
  };
}

function sampleOf(profile: Profile, base: Profile): Pick<Judgement, 'missing' | 'missingReference'> {
  return {
    missing: profile.n > 0 ? profile.nMissing / profile.n : 0,
    missingReference: base.n > 0 ? base.nMissing / base.n : 0,
  };
}

function withMissing(counts: Float64Array, { nMissing }: Profile): Float64Array {
  const all = new Float64Array(counts.length + 1);
  all.set(counts);
  all[counts.length] = nMissing;
  return all;
}

/** Category of a cell: the baseline's own, then what it lacks, then missing. */
function categoryName({ binning }: BaselineSubject, cell: number): string {
  if (cell < 0) return smallName;
  const known = binning.categories[cell];
  if (known !== undefined) return known;
  return cell === binning.categories.length ? unseenName : missingName;
}

/** Cells that are not a category of the baseline. */
export const unseenName = '(unseen)';
export const missingName = '(missing)';
/** Categories with too few rows to be looked at one by one. */
export const smallName = '(small categories)';

function finiteOnly(measures: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(measures).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
}

/** Share of the rows in cells from..to, both included. */
function shareOf(counts: Float64Array, from: number, to: number): number {
  return rowsOf(counts.subarray(from, to + 1)) / Math.max(1, rowsOf(counts));
}

/** Share of the reference's rows in categories too small to be looked at one by one, as `categoricalEffect` has it. */
function smallShare(current: Float64Array, reference: Float64Array): number {
  const [n, m] = [rowsOf(current), rowsOf(reference)];
  const small = reference.filter((count, i) => ((count + current[i]!) * n * m) / (n + m) ** 2 < 5);
  return rowsOf(small) / Math.max(1, m);
}

/** Rows that have a usable value. */
export function total(profile: Profile): number {
  return rowsOf(profile.counts);
}
