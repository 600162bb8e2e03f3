import type { BinnedPair } from '../cells.ts';

/** One number that says how far a window is from its baseline, under one definition. */
export interface Measure {
  /** Kebab case, as written in a policy. */
  readonly name: string;
  readonly title: string;
  /** `feature`: the subject's own unit, `root-feature` its square root, `sd` the reference's deviations, `p` a probability. */
  readonly unit: 'none' | 'feature' | 'root-feature' | 'sd' | 'p';
  readonly kinds: readonly ('numeric' | 'categorical')[];
  /** On which side of a threshold a rule fires: probabilities below, everything else above. */
  readonly alarmsWhen: 'above' | 'below';
  /** Largest value it can take; absent: there is none. */
  readonly most?: number;
  /** NaN where undefined, as for a window without rows. */
  readonly of: (pair: BinnedPair) => number;
}
