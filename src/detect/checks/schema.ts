import type { BaselineSubject } from '../../domain/baseline.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { countText, percentText, shortText } from '../words.ts';

/** Share of the rows in which a new field must have a value to count, and the fewest rows: one stray row is none. */
export const appearedShare = 0.01;
const appearedRows = 10;
const namesShown = 5;
const namesKept = 50;

interface Change {
  readonly field: string;
  readonly share: number;
}

/**
 * Whether fields came or went: one in at least 1 % of the rows (and ten of them) that the baseline lacks, or one of the baseline that no
 * row of the window has. Not a test, no part of the budget; under 50 rows nothing is said. A field that is rare in the
 * baseline counts as gone only when so many rows without it are less likely than the level of its subject.
 */
export const schemaCheck: Check = context => {
  const { rows } = context;
  const appeared = appearedIn(context);
  const vanished = context.baseline.subjects.filter(subject => hasVanished(context, subject));
  const changed = appeared.length > 0 || vanished.length > 0;
  const names = vanished.map(subject => subject.binning.subject.slice('feature:'.length)).sort();
  return [
    findingOf(context, {
      check: 'schema',
      verdict: rows < minimumRows ? 'insufficient' : changed ? 'drift' : 'stable',
      effect: names.length > 0 ? 1 : (appeared[0]?.share ?? 0),
      tolerance: appearedShare,
      n: rows,
      nReference: context.baseline.rows,
      detail: { appeared: appeared.slice(0, namesKept), vanished: names.slice(0, namesKept) },
      sentence: sentenceOf(rows, appeared, names),
    }),
  ];
};

function appearedIn({ unknownFields, rows }: CheckContext): readonly Change[] {
  const found: Change[] = [];
  for (const [field, count] of unknownFields) {
    // Copies merged since the profile was made can only lower the count, so a share never exceeds 1 for long.
    const share = Math.min(1, count / Math.max(1, rows));
    if (share >= appearedShare && count >= appearedRows) found.push({ field, share });
  }
  return found.sort((a, b) => b.share - a.share || (a.field < b.field ? -1 : 1));
}

function hasVanished(context: CheckContext, subject: BaselineSubject): boolean {
  const { binning, reference } = subject;
  if (!binning.subject.startsWith('feature:') || reference.n === 0) return false;
  const current = context.profileOf(subject);
  if (current.n < minimumRows || current.nMissing < current.n) return false;
  const missing = reference.nMissing / reference.n;
  return missing ** current.n <= context.alphaOf(subject, 'missing');
}

function sentenceOf(rows: number, appeared: readonly Change[], vanished: readonly string[]): string {
  const parts: string[] = [];
  if (appeared.length > 0)
    parts.push(
      `new: ${listText(appeared.map(a => `${shortText(a.field)} (${percentText(a.share)} of rows)`))}`,
    );
  if (vanished.length > 0) parts.push(`gone from all rows: ${listText(vanished.map(shortText))}`);
  const what =
    parts.length > 0 ? `Fields changed, ${parts.join('; ')}` : 'The fields are those of the baseline';
  const few = rows < minimumRows ? `; fewer than ${minimumRows} rows, not judged` : '';
  return `${what}; ${countText(rows)} rows${few}.`;
}

function listText(names: readonly string[]): string {
  const more = names.length - namesShown;
  return names.slice(0, namesShown).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
