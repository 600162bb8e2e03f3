import type { ColumnVerdict, ComparedColumn, Comparison } from './comparison.ts';
import { countText } from './numbers.ts';

/** Verdicts as people read them. */
export const verdictWords: Readonly<Record<ColumnVerdict, string>> = {
  drift: 'drift',
  insufficient: 'too few rows',
  stable: 'stable',
  aside: 'set aside',
};

/** What each component of a test looks at. */
export const componentWords: Readonly<Record<string, string>> = {
  z1: 'location: values are higher or lower',
  z2: 'spread: values are further apart or closer',
  z3: 'skew: one side is longer',
  z4: 'kurtosis: both sides are longer or shorter',
  tail: 'extremes: values at or beyond the ends of the reference',
  local: 'bumps: some range holds more or fewer rows',
  null: 'missing: rows without a usable value',
  atom: 'dominant value: how often it occurs',
  omnibus: 'all categories together',
  cell: 'single categories',
};

/** Columns that drifted. */
export function drifted({ columns }: Pick<Comparison, 'columns'>): readonly ComparedColumn[] {
  return columns.filter(column => column.verdict === 'drift');
}

/** "4 of 9 columns drifted". */
export function headline({ columns }: Pick<Comparison, 'columns'>): string {
  const compared = columns.filter(column => column.verdict !== 'aside');
  if (compared.length === 0) return 'No column could be compared';
  const count = compared.filter(column => column.verdict === 'drift').length;
  const few = compared.filter(column => column.verdict === 'insufficient').length;
  const rest = few === 0 ? '' : `, ${few} ${few === 1 ? 'has' : 'have'} too few rows to tell`;
  const noun = compared.length === 1 ? 'column' : 'columns';
  return `${count === 0 ? 'None' : countText(count)} of ${countText(compared.length)} ${noun} drifted${rest}`;
}

/** Why no column was compared, with the first reasons; null when one was. */
export function whyNotCompared({ columns }: Pick<Comparison, 'columns'>): string | null {
  if (columns.some(column => column.verdict !== 'aside')) return null;
  if (columns.length === 0) return 'the files have none';
  const said = columns.slice(0, 3).map(({ name, reason }) => `${name} (${reason})`);
  const more = columns.length - said.length;
  return `${said.join(', ')}${more === 0 ? '' : ` and ${countText(more)} more`}`;
}
