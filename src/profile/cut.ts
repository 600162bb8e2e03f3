import type { BaselineSubject } from '../domain/baseline.ts';
import type { Binning, Profile } from '../domain/profile.ts';
import { binCentres, fewestRowsNamed, namedCategories, numericEdges } from '../stats/binning.ts';
import { addProfiles, emptyProfile } from '../stats/profile.ts';
import { createCoding } from './codes.ts';
import { numberIsIdLike, textIsIdLike } from './id-like.ts';
import type { RowBlock } from './row-block.ts';
import { statusCategories, subjectNames } from './subjects.ts';
import { createTabulation } from './tabulate.ts';
import { collectValues, type SubjectValues } from './values.ts';
import { defaultMostFeatures, watched } from './watched.ts';

/** Subjects of a new baseline. */
export interface Cut {
  readonly subjects: BaselineSubject[];
  /** Features left out because there are too many. */
  readonly unwatched: number;
}

/**
 * Cuts the subjects of a baseline from rows: infers each subject's kind, freezes its binning, and counts the rows in it
 * with the same code that profiles production. The result does not depend on the order of the rows.
 *
 * A subject is numeric when at least half of its values are numbers; not-a-number counts as a number. One without any
 * value is left out, and so is a feature or a class that fewer than 5 rows have; of too many features the commonest are
 * kept. Identifiers are set aside with one bin, so that only their missing share is seen; a constant is kept, for it is
 * worth knowing when it changes.
 */
export function cutSubjects(blocks: readonly RowBlock[], mostFeatures = defaultMostFeatures): Cut {
  const named = [...collectValues(blocks).subjects].filter(mayBeNamed);
  const { kept, unwatched } = watched(named, mostFeatures);
  const subjects = [...kept].sort((a, b) => (a.subject < b.subject ? -1 : 1)).map(freeze);
  const references = referencesOf(
    subjects.map(({ binning }) => binning),
    blocks,
  );
  return {
    subjects: subjects.map(({ binning, aside }, i) => ({
      binning,
      reference: references[i]!,
      noise: '',
      aside,
    })),
    unwatched,
  };
}

/** Names of features and classes come with the rows; the others are known beforehand. */
function mayBeNamed({ subject, numberCount, textCount }: SubjectValues): boolean {
  const given = subject.startsWith(subjectNames.feature) || subject.startsWith(subjectNames.score);
  return !given || numberCount + textCount >= fewestRowsNamed;
}

function freeze(values: SubjectValues): { binning: Binning; aside: string } {
  const { subject } = values;
  if (subject === subjectNames.status) return { binning: categorical(subject, statusCategories), aside: '' };
  const feature = subject.startsWith(subjectNames.feature);
  if (values.numberCount >= values.textCount) {
    const { numbers, times } = values.finite();
    const aside = feature && numberIsIdLike(numbers, times) ? 'id-like' : '';
    const edges = aside === '' ? numericEdges(numbers) : [];
    const centres = binCentres(edges, numbers);
    return { binning: { subject, kind: 'numeric', edges, categories: [], centres }, aside };
  }
  const aside = feature && textIsIdLike(values.texts, values.textCount) ? 'id-like' : '';
  const categories = aside === '' ? namedCategories(values.texts) : [];
  return { binning: categorical(subject, categories), aside };
}

function categorical(subject: string, categories: readonly string[]): Binning {
  return { subject, kind: 'categorical', edges: [], categories, centres: [] };
}

function referencesOf(binnings: readonly Binning[], blocks: readonly RowBlock[]): Profile[] {
  const tabulation = createTabulation(createCoding(binnings), []);
  for (const block of blocks) tabulation.add(block);
  let sums: Profile[] = binnings.map(() => emptyProfile);
  for (const { version, profiles } of tabulation.cells())
    if (version === '') sums = sums.map((sum, i) => addProfiles(sum, profiles[i]!));
  return sums;
}
