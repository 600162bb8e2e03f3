import type { BaselineSubject } from '../domain/baseline.ts';
import type { Profile } from '../domain/profile.ts';
import { categoryCounts, orderedCounts } from '../stats/cells.ts';
import { polynomialScores } from '../stats/polynomial-scores.ts';
import { tailSets } from '../stats/tail-sets.ts';

/** Categories that have a stream of their own; the baseline's other ones share one. */
export const mostCategoryStreams = 64;
const degrees = 4;

/**
 * One number a row that is followed from hour to hour: a frozen polynomial score of the value's rank (mean 0 and
 * variance 1 over the reference), or whether the row has some property (missing, in a tail, in a category).
 */
export interface StreamSpec {
  readonly name: string;
  readonly kind: 'score' | 'share';
  /** Sum of the number over the reference's rows, and those rows. */
  readonly reference: { readonly count: number; readonly rows: number };
  /** Fourth moment of a score over the reference; 0 for shares. */
  readonly kurtosis: number;
}

/** The streams of one subject of a baseline. */
export interface ScoreStreams {
  readonly specs: readonly StreamSpec[];
  /** Rows and sum of every stream over a profile: `[rows0, sum0, rows1, sum1, ...]`. */
  readonly sums: (profile: Profile) => Float64Array;
}

/** Where the streams of a subject come from: name, and weights of the cells (or of the whole profile). */
interface Source {
  readonly name: string;
  readonly kind: StreamSpec['kind'];
  /** Value of each cell; null for shares of all rows, which `count` gives. */
  readonly weights: Float64Array | null;
  readonly count?: (profile: Profile) => number;
}

/** Streams of a subject: scores and tails for numbers, categories for texts, missing and mismatching values for both. */
export function scoreStreams(subject: BaselineSubject): ScoreStreams {
  const { binning, reference } = subject;
  const cellsOf = (profile: Profile) =>
    binning.kind === 'numeric' ? orderedCounts(binning, profile) : categoryCounts(binning, profile);
  const counts = cellsOf(reference);
  const sources = [
    ...(binning.kind === 'numeric' ? numericSources(counts) : categorySources(subject, counts)),
    { name: 'missing', kind: 'share', weights: null, count: (p: Profile) => p.nMissing },
    { name: 'mismatch', kind: 'share', weights: null, count: (p: Profile) => p.nMismatch + p.nNan },
  ] as const satisfies readonly Source[];
  const sums = (profile: Profile) => sumsOf(sources, profile, cellsOf(profile));
  const referenceSums = sums(reference);
  return {
    specs: sources.map(({ name, kind, weights }, i) => ({
      name,
      kind,
      reference: { rows: referenceSums[2 * i]!, count: referenceSums[2 * i + 1]! },
      kurtosis: kind === 'score' ? fourthMoment(weights, counts) : 0,
    })),
    sums,
  };
}

function sumsOf(sources: readonly Source[], profile: Profile, cells: Float64Array): Float64Array {
  let rows = 0;
  for (let i = 0; i < cells.length; i++) rows += cells[i]!;
  const out = new Float64Array(2 * sources.length);
  for (const [at, { weights, count }] of sources.entries()) {
    let sum = 0;
    if (weights === null) sum = count?.(profile) ?? 0;
    else for (let i = 0; i < cells.length; i++) if (cells[i] !== 0) sum += cells[i]! * weights[i]!;
    out[2 * at] = weights === null ? profile.n : rows;
    out[2 * at + 1] = sum;
  }
  return out;
}

function numericSources(counts: Float64Array): Source[] {
  let most = 0;
  for (let i = 1; i < counts.length; i++) if (counts[i]! > counts[most]!) most = i;
  const indicator = (inside: (i: number) => boolean) =>
    Float64Array.from(counts, (_, i) => (inside(i) ? 1 : 0));
  const hasRows = counts.some(count => count > 0);
  return [
    ...(hasRows ? polynomialScores(counts, degrees) : []).map(
      (weights, i): Source => ({ name: `z${i + 1}`, kind: 'score', weights }),
    ),
    ...(hasRows ? tailSets(counts) : []).map(
      ({ side, upTo }): Source => ({
        name: `tail:${side}:${upTo}`,
        kind: 'share',
        weights: indicator(i => (side < 0 ? i < upTo : i >= counts.length - upTo)),
      }),
    ),
    { name: 'atom', kind: 'share', weights: indicator(i => i === most) },
  ];
}

/** The largest categories by the reference one by one, the rest of the baseline's together, and what it lacks. */
function categorySources({ binning }: BaselineSubject, counts: Float64Array): Source[] {
  const unseen = binning.categories.length;
  const known = [...counts.keys()].filter(i => i < unseen).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const own = known.slice(0, mostCategoryStreams);
  const rest = new Set(known.slice(mostCategoryStreams));
  const only = (inside: (i: number) => boolean) => Float64Array.from(counts, (_, i) => (inside(i) ? 1 : 0));
  const share = (name: string, weights: Float64Array): Source => ({ name, kind: 'share', weights });
  return [
    ...own.map(i =>
      share(
        `cell:${i}`,
        only(j => j === i),
      ),
    ),
    ...(rest.size > 0
      ? [
          share(
            'rest',
            only(j => rest.has(j)),
          ),
        ]
      : []),
    share(
      'unseen',
      only(j => j === unseen),
    ),
    // Of a status: every answer that is not `ok`.
    ...(binning.subject === 'status'
      ? [
          share(
            'failed',
            only(j => binning.categories[j] !== 'ok'),
          ),
        ]
      : []),
  ];
}

function fourthMoment(weights: Float64Array | null, counts: Float64Array): number {
  let rows = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    rows += counts[i]!;
    sum += counts[i]! * (weights?.[i] ?? 0) ** 4;
  }
  return rows > 0 ? sum / rows : 0;
}
