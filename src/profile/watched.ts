import { subjectNames } from './subjects.ts';
import type { SubjectValues } from './values.ts';

/** Features of a model that are watched unless told otherwise. */
export const defaultMostFeatures = 2000;

/**
 * The subjects of a baseline: all that are no features, and of the features those with the most values, ties by name.
 * Keys that never repeat (an id used as a field's name) would otherwise become a subject each.
 */
export function watched(
  subjects: readonly SubjectValues[],
  mostFeatures: number,
): { readonly kept: readonly SubjectValues[]; readonly unwatched: number } {
  const isFeature = ({ subject }: SubjectValues) => subject.startsWith(subjectNames.feature);
  const features = subjects.filter(isFeature);
  if (features.length <= mostFeatures) return { kept: subjects, unwatched: 0 };
  const values = ({ numberCount, textCount }: SubjectValues) => numberCount + textCount;
  const ranked = features.sort((a, b) => values(b) - values(a) || (a.subject < b.subject ? -1 : 1));
  return {
    kept: [...subjects.filter(subject => !isFeature(subject)), ...ranked.slice(0, mostFeatures)],
    unwatched: features.length - mostFeatures,
  };
}
