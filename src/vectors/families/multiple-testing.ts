import { holm } from '../../stats/holm.ts';
import {
  benjaminiHochbergAdjusted,
  benjaminiYekutieliAdjusted,
  bonferroniAdjusted,
  eBenjaminiHochberg,
  hochbergAdjusted,
  holmAdjusted,
} from '../../stats/multiple-testing.ts';
import { type Family, tolerances } from '../case.ts';

interface Inputs {
  readonly p: readonly number[];
  readonly e: readonly number[];
}

const adjustments = {
  bonferroni: bonferroniAdjusted,
  holm: holmAdjusted,
  hochberg: hochbergAdjusted,
  bh: benjaminiHochbergAdjusted,
  by: benjaminiYekutieliAdjusted,
} as const;

/** Adjusted p-values, and what is rejected at the levels that are asked for (`reject_holm_0.05`). */
export const multipleTesting: Family = {
  answer(asked) {
    const { p, e } = asked.inputs as Inputs;
    const answers: Record<string, unknown> = {};
    for (const key of Object.keys(asked.expected as object)) {
      const value = asked.kind === 'e' ? rejectedByE(key, e) : answerTo(key, p);
      if (value !== undefined) answers[key] = value;
    }
    return answers;
  },
  tolerance: () => tolerances.statistic,
};

function rejectedByE(key: string, e: readonly number[]): number[] | undefined {
  const level = /^reject_ebh_(.+)$/.exec(key);
  return level === null ? undefined : eBenjaminiHochberg(e, Number(level[1]));
}

function answerTo(key: string, p: readonly number[]): number[] | undefined {
  const [, name = key, level] = /^reject_([a-z]+)_(.+)$/.exec(key) ?? [];
  if (!Object.hasOwn(adjustments, name)) return undefined;
  if (level === undefined) return adjustments[name as keyof typeof adjustments](p);
  if (name === 'holm') return [...holm(p, Number(level))].sort((a, b) => a - b);
  const adjusted = adjustments[name as keyof typeof adjustments](p);
  return adjusted.flatMap((value, i) => (value <= Number(level) ? [i] : []));
}
