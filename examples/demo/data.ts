import { fileURLToPath } from 'node:url';
import type { Database } from '../../src/store/database.ts';
import type { Application } from './model.ts';

/** One row of the car-loan set, in the order of its time. */
export interface LoanRow extends Application {
  readonly id: string;
  /** Version 1's predicted class, 1 = will repay. */
  readonly predicted: number;
}

/** Rows of the reference file; the change comes 25,000 rows after it (known from how the set was made). */
export const referenceRows = 50_000;
export const changeRow = 75_000;
export const totalRows = 100_000;

const featureNames = [
  'car_value',
  'salary_range',
  'debt_to_income_ratio',
  'loan_length',
  'repaid_loan_on_prev_car',
  'size_of_downpayment',
  'driver_tenure',
];

/** Features that do change at `changeRow`, and those that do not: what the demo is checked against. */
export const changedSubjects = [
  'feature:car_value',
  'feature:salary_range',
  'feature:loan_length',
  'feature:repaid_loan_on_prev_car',
];
export const unchangedSubjects = [
  'feature:debt_to_income_ratio',
  'feature:size_of_downpayment',
  'feature:driver_tenure',
];

/** Path of one of the shipped files. */
export function carLoanFile(name: 'reference' | 'analysis' | 'analysis_target'): string {
  return fileURLToPath(new URL(`../data/car-loan/car_loan_${name}.parquet`, import.meta.url));
}

/** All 100,000 rows, numbered: the reference half, then the analysis half with its labels joined in. */
export async function* loanRows(
  database: Pick<Database, 'rows'>,
): AsyncGenerator<{ file: string; number: number; values: Record<string, unknown> }> {
  for (const [number, row] of (await readLoanRows(database)).entries())
    yield { file: 'car-loan', number, values: { ...row } };
}

async function readLoanRows(database: Pick<Database, 'rows'>): Promise<LoanRow[]> {
  const columns = `id, y_pred_proba, y_pred, ${featureNames.join(', ')}`;
  const reference = await database.rows<Record<string, unknown>>(
    `SELECT ${columns}, repaid FROM file('${carLoanFile('reference')}') ORDER BY id`,
  );
  const analysis = await database.rows<Record<string, unknown>>(
    `SELECT ${columns}, t.repaid AS repaid FROM file('${carLoanFile('analysis')}') AS a
     JOIN file('${carLoanFile('analysis_target')}') AS t USING (id) ORDER BY id`,
  );
  return [...reference, ...analysis].map(toLoanRow);
}

function toLoanRow(row: Record<string, unknown>): LoanRow {
  return {
    id: String(row['id']),
    features: Object.fromEntries(featureNames.map(name => [name, row[name]])),
    score: Number(row['y_pred_proba']),
    predicted: Number(row['y_pred']),
    repaid: Number(row['repaid']),
  };
}
