import { isTested } from '../detect/alphas.ts';
import { judge } from '../detect/judge.ts';
import type { Activation, Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { BaselineHistory, ComparedSubject, ShownSubject } from '../http/operate-ports.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Baselines } from '../profile/baselines.ts';
import { summarize } from './baseline-desk.ts';
import { rebin } from './rebin.ts';
import type { Storage } from './storage.ts';

export interface BaselineHistoryDeps {
  readonly storage: Pick<Storage, 'baselines'>;
  readonly baselines: Pick<Baselines, 'activate'>;
  readonly runNow: () => number;
}

/** Chance that one comparison of two equal baselines names any subject. */
const falseAlarms = 0.05;

/** What is in a baseline, how two differ, and the way back to the one before. */
export function createBaselineHistory(deps: BaselineHistoryDeps): BaselineHistory {
  const { baselines: store } = deps.storage;
  const read = async (model: string, number: number): Promise<Baseline> => {
    const found = await store.read(model, number);
    if (found === null)
      throw new LeewayError(
        'LW_NOT_FOUND',
        `There is no baseline ${number} of "${model}".`,
        undefined,
        `\`leeway baselines list --model ${model}\` lists the baselines.`,
      );
    return found;
  };
  return {
    show: async (model, number) => {
      const { subjects, ...baseline } = await read(model, number);
      const [summary] = summarize([baseline], await store.activations(model));
      return { ...summary!, subjects: subjects.map(shownSubject) };
    },
    compare: async (model, first, second) =>
      compareBaselines(await read(model, first), await read(model, second)),
    rollBack: async ({ model, by, dryRun }) => {
      const now = deps.runNow();
      const { current, previous } = lastTwo(await store.activations(model), now);
      if (current === null)
        throw new LeewayError(
          'LW_NOT_FOUND',
          `"${model}" has no active baseline to go back from.`,
          undefined,
          `\`leeway baselines list --model ${model}\` lists the baselines; one is learnt from traffic by itself.`,
        );
      if (previous === null)
        throw new LeewayError(
          'LW_CONFLICT',
          `Baseline ${current} is the first of "${model}": none was active before.`,
        );
      if (!dryRun) await deps.baselines.activate({ model, version: '', baseline: previous, from: now, by });
      return { from: current, to: previous, at: now, done: !dryRun };
    },
  };
}

/** The baseline that is active for all versions, and the other one that was active before it. */
export function lastTwo(
  activations: readonly Activation[],
  now: number,
): { readonly current: number | null; readonly previous: number | null } {
  const past = activations
    .filter(({ version, from }) => version === '' && from <= now)
    .sort((a, b) => a.from - b.from || a.at - b.at);
  const current = past.at(-1)?.baseline ?? null;
  return { current, previous: past.findLast(({ baseline }) => baseline !== current)?.baseline ?? null };
}

function shownSubject({ binning, reference, aside }: BaselineSubject): ShownSubject {
  const { edges, categories } = binning;
  const n = reference.n - reference.nMissing - reference.nNan - reference.nMismatch;
  return {
    subject: binning.subject,
    kind: binning.kind,
    aside,
    rows: reference.n,
    missing: reference.n === 0 ? 0 : reference.nMissing / reference.n,
    bins: binning.kind === 'numeric' ? Math.max(0, edges.length - 1) : categories.length,
    low: edges[0] ?? null,
    high: edges.at(-1) ?? null,
    mean: binning.kind === 'numeric' && n > 0 ? reference.sum / n : null,
    categories: categories.slice(0, 10),
  };
}

/** Effects of `second` against `first`, largest first, by the judge of windows; rows count as independent. */
export function compareBaselines(first: Baseline, second: Baseline): ComparedSubject[] {
  const others = new Map(second.subjects.map(subject => [subject.binning.subject, subject]));
  const tested = first.subjects.filter(subject => isTested(subject) && others.has(subject.binning.subject));
  const alpha = falseAlarms / Math.max(1, tested.length);
  const compared = first.subjects.flatMap((subject): ComparedSubject[] => {
    const other = others.get(subject.binning.subject);
    if (other === undefined) return [only(subject, 'removed')];
    return [isTested(subject) ? pairOf(subject, other, alpha) : only(subject, 'set aside')];
  });
  const known = new Set(first.subjects.map(({ binning }) => binning.subject));
  const added = second.subjects.filter(({ binning }) => !known.has(binning.subject));
  return [...compared, ...added.map(subject => only(subject, 'added'))].sort(
    (a, b) => (b.effect ?? -1) - (a.effect ?? -1) || (a.subject < b.subject ? -1 : 1),
  );
}

function only({ binning }: BaselineSubject, state: string): ComparedSubject {
  return { ...unknownNumbers, subject: binning.subject, state };
}

const unknownNumbers = {
  effect: null,
  effectLow: null,
  effectHigh: null,
  p: null,
  missing: null,
  missingBefore: null,
} as const;

function pairOf(subject: BaselineSubject, other: BaselineSubject, alpha: number): ComparedSubject {
  if (other.binning.kind !== subject.binning.kind) return only(subject, `now ${other.binning.kind}`);
  const current = rebin(other.reference, other.binning, subject.binning);
  const judged = judge({ subject, current, alpha });
  const state = { drift: 'differs', stable: 'alike', insufficient: 'too few rows' }[judged.verdict];
  const { effect, effectLow, effectHigh, p, missing, missingReference: missingBefore } = judged;
  return {
    subject: subject.binning.subject,
    state,
    effect,
    effectLow,
    effectHigh,
    p,
    missing,
    missingBefore,
  };
}
