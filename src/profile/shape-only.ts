/**
 * Features whose values are not stored, only their shape: those of which both `name.length` and `name.empty` are there
 * (docs/formats.md). Sorted.
 *
 * @param subjects Names of subjects, e.g. `feature:embedding.length`.
 */
export function shapeOnly(subjects: readonly string[]): string[] {
  const known = new Set(subjects);
  return subjects
    .filter(subject => subject.endsWith('.empty'))
    .map(subject => subject.slice(0, -'.empty'.length))
    .filter(name => known.has(`${name}.length`))
    .sort();
}
