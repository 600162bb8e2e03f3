/** The real checks on made-up counts: what the fixture's findings of drift say. */
import type { CheckContext } from '../../src/detect/check.ts';
import { driftCheck } from '../../src/detect/checks/drift.ts';
import { measuresCheck } from '../../src/detect/checks/measures.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Binning, Profile } from '../../src/domain/profile.ts';
import { combine } from '../../src/stats/combine.ts';
import { numericWeights } from '../../src/stats/numeric-test.ts';
import { baselineOf, contextOf, profileFrom, subjectOf } from '../twins/samples.ts';

export interface Subject {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  /** Share of the rows that move with the change, about. */
  readonly shift: number;
  readonly aside?: string;
  /** Whether its counts are as expected, to the row: the same p in every window. */
  readonly steady?: boolean;
}

export const referenceRows = 5760;
export const alpha = 3.1e-5;
export const edges = Array.from({ length: 33 }, (_, i) => 6_000 + i * 2_250);
const sd = 14_000;
const mean = 42_000;

/** Distribution function of the made-up numbers: logistic, close to normal. */
const below = (x: number, centre: number) => 1 / (1 + Math.exp(-1.702 * ((x - centre) / sd)));

/** Shares of the bins of a numeric subject: below the range, 32 bins, above it. */
export function numericShares(shift: number): number[] {
  const centre = mean + shift * 40_000;
  return Array.from(
    { length: edges.length + 1 },
    (_, i) => below(edges[i] ?? 1e9, centre) - below(edges[i - 1] ?? -1e9, centre),
  );
}

export const categories: readonly (readonly [name: string, share: number])[] = [
  ['free', 0.42],
  ['basic', 0.28],
  ['pro', 0.19],
  ['team', 0.07],
  ['enterprise, yearly contract', 0.03],
  ['other', 0.01],
];

export function categoryShares(shift: number): number[] {
  return categories.map(([, share], i) => (i === 0 ? share - shift : i === 2 ? share + shift : share));
}

/** A number in [0, 1) from a text: the fixture's only source of chance. */
export function chance(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Nearly normal: enough for counts that look counted. */
const deviate = (text: string) =>
  [0, 1, 2, 3].reduce((sum, i) => sum + chance(`${text}/${i}`) - 0.5, 0) * Math.sqrt(3);

function profileOf(
  subject: Subject,
  of: { rows: number; shift: number; seed: string; missing: number },
): Profile {
  const shares = subject.kind === 'numeric' ? numericShares(of.shift) : categoryShares(of.shift);
  const counts = shares.map((share, i) => {
    const expected = share * of.rows;
    const noise = subject.steady === true ? 0 : Math.sqrt(expected) * deviate(`${of.seed}/${i}`);
    return Math.max(0, Math.round(expected + noise));
  });
  return profileFrom(counts, { nMissing: Math.round(of.rows * of.missing) });
}

function binningOf({ subject, kind }: Subject): Binning {
  return kind === 'numeric'
    ? { subject, kind, edges, categories: [], centres: edges.slice(1).map(edge => edge - 1_125) }
    : { subject, kind, edges: [], categories: categories.map(([name]) => name), centres: [] };
}

/** What a window of one subject is made of. */
export interface Made {
  readonly rows: number;
  /** Share of the window that lies after the change. */
  readonly after: number;
  /** One of a few draws of the same window, so that each is judged once. */
  readonly draw: number;
  readonly hours: number;
  /** Whether the noise of the stream is known: then no component looks at bumps. */
  readonly fitted: boolean;
}

const judgedBefore = new Map<string, readonly Finding[]>();

/** Findings of drift, and of the measures of the user's own, for a window of one subject. */
export function judgedDrift(subject: Subject, made: Made): readonly Finding[] {
  const key = JSON.stringify([subject.subject, made]);
  const known = judgedBefore.get(key);
  if (known !== undefined) return known;
  const context = contextFor(subject, made);
  const findings = [
    ...driftCheck(context).map(f => (made.fitted ? asFitted(f) : f)),
    ...measuresCheck(context),
  ];
  judgedBefore.set(key, findings);
  return findings;
}

function contextFor(subject: Subject, { rows, after, draw, hours }: Made): CheckContext {
  const missing = subject.subject === 'feature:income' ? 0.004 + 0.036 * after : 0.004;
  const seed = `${subject.subject}/${after}/${draw}`;
  const reference = profileOf(
    { ...subject, steady: true },
    { rows: referenceRows, shift: 0, seed, missing: 0.004 },
  );
  const current = profileOf(subject, { rows, shift: subject.shift * after, seed, missing });
  const binning = binningOf(subject);
  const window = { start: 0, end: hours * 3600, baseline: 1, activeFrom: 0, generation: 1n, blind: false };
  return contextOf(
    baselineOf([subjectOf(binning, reference)]),
    { [subject.subject]: current },
    {
      window,
      alphaOf: () => alpha,
      measureRules: [
        { measure: 'psi', threshold: 0.2, models: [], subjects: ['feature:income'], hours: [24] },
        { measure: 'welch-p', threshold: 0.01, models: [], subjects: ['feature:income'], hours: [24] },
      ],
    },
  );
}

/** The same finding as if held against the stream's own past. */
function asFitted(finding: Finding): Finding {
  const { components, method } = finding.detail as { components: Record<string, number>; method: string };
  const detail = { ...finding.detail, method: `${method}-window` };
  if (components['local'] === undefined) return { ...finding, detail };
  const { local: _, ...others } = components;
  const { p, by } = combine(others, numericWeights);
  return { ...finding, p, detail: { ...detail, components: others, by } };
}
