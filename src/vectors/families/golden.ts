import { categoricalTest } from '../../stats/categorical-test.ts';
import { categoricalEffect } from '../../stats/effect-categorical.ts';
import { orderedEffect } from '../../stats/effect-ordered.ts';
import { shareEffect } from '../../stats/effect-share.ts';
import { numericTest } from '../../stats/numeric-test.ts';
import { verdictOf } from '../../stats/verdict.ts';
import type { Family, VectorCase } from '../case.ts';
import { goldenFunctions } from './golden-functions.ts';
import { ofShare, ofWindowModel } from './golden-windows.ts';

interface Inputs {
  readonly cur: readonly number[];
  readonly ref: readonly number[];
  readonly cur_null: number;
  readonly ref_null: number;
  readonly alpha: number;
  readonly tolerance: number;
}

/** Worked cases of the whole judgement: test, effect and verdict; the window model; plain functions. */
export const golden: Family = {
  answer(asked) {
    switch (asked.kind) {
      case 'numeric':
        return ofNumeric(asked.inputs as Inputs);
      case 'categorical':
        return ofCategorical(asked.inputs as Inputs);
      case 'window_model':
        return ofWindowModel(asked.inputs);
      case 'share':
        return ofShare(asked.inputs);
      case 'functions':
        return goldenFunctions(asked.expected);
      default:
        return null;
    }
  },
  // Logarithms of binomials cancel when there are very many rows.
  tolerance: (key, asked) => {
    const many = rowsOf(asked) >= 1e6 || key.startsWith('hyper_sf');
    return { relative: many ? 1e-6 : 1e-9, absolute: isP(key) || asked.kind === 'functions' ? 0 : 1e-12 };
  },
};

function ofNumeric({ cur, ref, cur_null, ref_null, alpha, tolerance }: Inputs) {
  const test = numericTest(cur, ref, { current: cur_null, reference: ref_null });
  const effect = orderedEffect(cur, ref);
  const n = total(cur) + cur_null;
  const m = total(ref) + ref_null;
  const missing = n > 0 && m > 0 ? shareEffect(cur_null, n, ref_null, m) : null;
  const size = test.by === 'null' && missing !== null ? Math.abs(missing.estimate) : effect.estimate;
  return {
    test,
    effect: withLimits(effect),
    effect_null: missing === null ? null : withLimits(missing),
    verdict: verdictText(verdictOf({ p: test.p, effect: size, n, nReference: m }, { alpha, tolerance })),
  };
}

function ofCategorical({ cur, ref, alpha, tolerance }: Inputs) {
  const test = categoricalTest(cur, ref);
  const effect = categoricalEffect(cur, ref);
  const found = { p: test.p, effect: effect.estimate, n: total(cur), nReference: total(ref) };
  return { test, effect: withLimits(effect), verdict: verdictText(verdictOf(found, { alpha, tolerance })) };
}

/** The reference names the limits `lo` and `hi`. */
function withLimits<T extends { readonly low: number; readonly high: number }>(effect: T) {
  return { ...effect, lo: effect.low, hi: effect.high };
}

function verdictText(found: ReturnType<typeof verdictOf>) {
  return {
    state: found.verdict === 'insufficient' ? 'insufficient data' : found.verdict,
    smallest_detectable: found.smallestDetectable,
  };
}

function isP(key: string): boolean {
  return /(^|\.)p$|components\./.test(key);
}

function rowsOf({ kind, inputs }: VectorCase): number {
  if (kind !== 'numeric' && kind !== 'categorical') return 0;
  const { cur, ref } = inputs as Inputs;
  return total(cur) + total(ref);
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
