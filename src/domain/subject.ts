/** What measures judge besides features, and features in full. A feature of such a name is given in full. */
const fullName = /^(prediction$|feature:|score:)/;

/** The subject that a rule means: `income` is `feature:income`; `prediction` and `score:yes` are themselves. */
export function subjectNamed(given: string): string {
  return fullName.test(given) ? given : `feature:${given}`;
}
