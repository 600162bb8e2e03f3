import LogisticRegression from 'ml-logistic-regression';
import { Matrix } from 'ml-matrix';

/** One application as the payload carries it, with what version 1 said about it. */
export interface Application {
  readonly features: Readonly<Record<string, unknown>>;
  /** Version 1's probability of "repaid". */
  readonly score: number;
  /** 1 = the loan was repaid. */
  readonly repaid: number;
}

/** A trained model as plain data: the trainer returns it, the replay predicts with it. */
export interface LoanModel {
  readonly salaryRanges: readonly string[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  /** Intercept first. */
  readonly weights: readonly number[];
}

/**
 * Fits a logistic regression (package ml-logistic-regression, full-batch gradient descent) to standardised inputs: the
 * seven features and the previous version's score. Learning from the previous score lets a thousand rows do what
 * would otherwise take tens of thousands.
 */
export function fitLoanModel(rows: readonly Application[]): LoanModel {
  const salaryRanges = [...new Set(rows.map(row => String(row.features['salary_range'])))].sort();
  const inputs = rows.map(row => rawInputs(row, salaryRanges));
  const width = inputs[0]!.length;
  const columns = Array.from({ length: width }, (_, j) => inputs.map(x => x[j]!));
  const means = columns.map(column => column.reduce((a, b) => a + b, 0) / column.length);
  const deviations = columns.map((column, j) => {
    const variance = column.reduce((a, b) => a + (b - means[j]!) ** 2, 0) / column.length;
    return Math.sqrt(variance) || 1;
  });
  const regression = new LogisticRegression({ numSteps: 500, learningRate: 1 / rows.length });
  const design = inputs.map(x => [1, ...x.map((v, j) => (v - means[j]!) / deviations[j]!)]);
  regression.train(new Matrix(design), Matrix.columnVector(rows.map(row => row.repaid)));
  return { salaryRanges, means, deviations, weights: readWeights(regression) };
}

/** Probability that the loan is repaid. */
export function predictLoan(model: LoanModel, application: Omit<Application, 'repaid'>): number {
  const inputs = rawInputs(application, model.salaryRanges);
  let z = model.weights[0]!;
  for (const [j, value] of inputs.entries())
    z += model.weights[j + 1]! * ((value - model.means[j]!) / model.deviations[j]!);
  return 1 / (1 + Math.exp(-z));
}

function rawInputs(row: Omit<Application, 'repaid'>, salaryRanges: readonly string[]): number[] {
  const score = Math.min(0.999, Math.max(0.001, row.score));
  const f = row.features;
  return [
    Math.log(score / (1 - score)),
    Number(f['car_value']),
    Number(f['debt_to_income_ratio']),
    Number(f['loan_length']),
    Number(f['driver_tenure']),
    Number.parseFloat(String(f['size_of_downpayment'])),
    f['repaid_loan_on_prev_car'] === true || f['repaid_loan_on_prev_car'] === 'true' ? 1 : 0,
    ...salaryRanges.map(range => (f['salary_range'] === range ? 1 : 0)),
  ];
}

/** The package trains classifier i to say "not class i": number 0 says "repaid". */
function readWeights(regression: LogisticRegression): number[] {
  return regression.classifiers[0]!.weights.to1DArray();
}
