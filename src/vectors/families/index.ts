import type { Family } from '../case.ts';
import { chiSquare } from './chi-square.ts';
import { compat } from './compat.ts';
import { divergences } from './divergences.ts';
import { golden } from './golden.ts';
import { ks } from './ks.ts';
import { metrics } from './metrics.ts';
import { multipleTesting } from './multiple-testing.ts';
import { performance } from './performance.ts';
import { quantiles } from './quantiles.ts';
import { samples } from './samples.ts';
import { special } from './special.ts';

/** What can be checked, by the family a file names. */
export const families: ReadonlyMap<string, Family> = new Map([
  ['ks', ks],
  ['chi_square', chiSquare],
  ['divergences', divergences],
  ['samples', samples],
  ['special', special],
  ['negative_binomial', special],
  ['quantiles', quantiles],
  ['multiple_testing', multipleTesting],
  ['metrics', metrics],
  ['performance', performance],
  ['compat', compat],
  ['golden', golden],
]);
