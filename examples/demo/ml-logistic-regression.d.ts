declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  /** One-vs-all logistic regression; the package ships no types. */
  export default class LogisticRegression {
    constructor(options: { numSteps: number; learningRate: number });
    /** One classifier a class; number i is trained to say "not class i". */
    readonly classifiers: readonly { readonly weights: Matrix }[];
    train(features: Matrix, target: Matrix): void;
  }
}
