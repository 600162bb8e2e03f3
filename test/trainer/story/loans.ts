import { changeRow, type LoanRow, loanRows, referenceRows } from '../../../examples/demo/data.ts';
import { payloadOf } from '../../../examples/demo/payload.ts';
import type { Database } from '../../../src/store/database.ts';
import { model } from './world.ts';

/** Loan applications in the order of their time, from three parts of the published set. */
export interface Loans {
  /** Scored by version 1, as rows to make a baseline of. */
  readonly reference: readonly LoanRow[];
  before(count: number): readonly LoanRow[];
  after(count: number): readonly LoanRow[];
}

export async function readLoans(database: Pick<Database, 'rows'>): Promise<Loans> {
  const all: LoanRow[] = [];
  for await (const { values } of loanRows(database)) all.push(values as unknown as LoanRow);
  return {
    reference: all.slice(0, 8000),
    before: endless(all.slice(referenceRows, changeRow), 0),
    after: endless(all.slice(changeRow), trainedRows),
  };
}

/** Rows that the first order is about: a model is surer of what it was fitted to, so they do not come again. */
const trainedRows = 8000;

/** Rows in turn; when they are used up, those from `again` on under other ids. */
function endless(rows: readonly LoanRow[], again: number): (count: number) => readonly LoanRow[] {
  let at = 0;
  let lap = 0;
  const next = (): LoanRow => {
    if (at === rows.length) {
      at = again;
      lap++;
    }
    const row = rows[at++]!;
    return lap === 0 ? row : { ...row, id: `${row.id}-${lap}` };
  };
  return count => Array.from({ length: count }, next);
}

/** A row as version 1 answers it. */
export function scoredByFirst(row: LoanRow): Record<string, unknown> {
  return payloadOf({ id: row.id, time: 0, model, version: '1', application: row, score: row.score });
}

/** Rows as the newest model of the trainer answers them. */
export async function scoredBy(
  trainer: string,
  version: string,
  rows: readonly LoanRow[],
  features: (row: LoanRow) => Readonly<Record<string, unknown>> = row => row.features,
): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${trainer}/predict/${model}`, {
    method: 'POST',
    body: JSON.stringify(rows.map(features)),
  });
  if (!answer.ok) throw new Error(`the trainer answered ${answer.status}`);
  const predictions = (await answer.json()) as unknown[];
  return rows.map((row, i) => ({
    ...scoredByFirst(row),
    version,
    features: features(row),
    prediction: predictions[i],
  }));
}
