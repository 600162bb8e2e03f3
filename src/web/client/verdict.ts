/** States in words and shapes: colour only repeats what the word and the shape already say. */
import type { FindingEntry, ModelSummary, Verdict } from './answers.ts';

export type Shape =
  | 'triangle'
  | 'triangle-open'
  | 'disc'
  | 'ring'
  | 'half'
  | 'square-open'
  | 'slash'
  | 'cross';
type Tone = 'alarm' | 'warn' | 'good' | 'quiet';

export interface StateLook {
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
  /** What it means, for a tooltip and the legend. */
  readonly meaning: string;
}

const verdictLooks: Readonly<Record<Verdict, StateLook>> = {
  drift: {
    word: 'Drift',
    shape: 'triangle-open',
    tone: 'warn',
    meaning: 'Significant inside the false-alarm budget, and the effect is above the tolerance',
  },
  stable: {
    word: 'Stable',
    shape: 'disc',
    tone: 'good',
    meaning: 'Judged; no change that is both significant and above the tolerance',
  },
  insufficient: {
    word: 'Insufficient',
    shape: 'ring',
    tone: 'quiet',
    meaning: 'Too few rows to see a change that matters',
  },
  learning: { word: 'Learning', shape: 'half', tone: 'quiet', meaning: 'No baseline to judge by yet' },
  'no-data': { word: 'No data', shape: 'square-open', tone: 'quiet', meaning: 'No rows in the window' },
  blind: {
    word: 'Blind',
    shape: 'slash',
    tone: 'warn',
    meaning: 'The source was not read past the window: a problem of Leeway, not of the model',
  },
  failed: {
    word: 'Failed',
    shape: 'cross',
    tone: 'warn',
    meaning: 'The judgement itself went wrong; see the log',
  },
};

const firingLook: StateLook = {
  word: 'Alert firing',
  shape: 'triangle',
  tone: 'alarm',
  meaning: 'An alert of this model is firing',
};

/** A verdict this page does not know yet is shown by its own word. */
export function verdictLook(verdict: Verdict): StateLook {
  return (
    verdictLooks[verdict] ?? {
      word: String(verdict),
      shape: 'ring',
      tone: 'quiet',
      meaning: 'Unknown verdict',
    }
  );
}

export function modelLook(summary: Pick<ModelSummary, 'verdict' | 'firing'>): StateLook {
  return summary.firing ? firingLook : verdictLook(summary.verdict);
}

const urgency: readonly Verdict[] = [
  'drift',
  'failed',
  'blind',
  'no-data',
  'insufficient',
  'learning',
  'stable',
];

/** The verdict that deserves attention first; null of none. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict | null {
  const present = new Set(verdicts);
  return urgency.find(verdict => present.has(verdict)) ?? [...present][0] ?? null;
}

/**
 * Effect as a multiple of its tolerance, the other way round where a rule fires below it, and either way for volume,
 * whose effect is a ratio; 0 where either is not known.
 */
export function severity({
  check,
  effect,
  tolerance,
  detail,
}: Pick<FindingEntry, 'check' | 'effect' | 'tolerance' | 'detail'>): number {
  if (effect === null || tolerance === null || !(tolerance > 0)) return 0;
  const multiple = Math.abs(effect) / tolerance;
  if (check === 'volume') return Math.max(multiple, Math.min(most, 1 / effect / tolerance));
  return detail['alarmsWhen'] === 'below' ? Math.min(most, 1 / multiple) : multiple;
}

/** Severity of a p of 0 against a threshold. */
const most = 1e9;

/** Whether a subject is named beside the drift of its window without drifting itself. */
export function isListed({ verdict, detail }: Pick<FindingEntry, 'verdict' | 'detail'>): boolean {
  return detail['listed'] === true && verdict !== 'drift';
}
