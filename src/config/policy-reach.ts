import { globsMeet } from '../lib/glob.ts';
import { performanceMeasures } from '../stats/performance/outcomes.ts';
import { firstFit } from './objectives.ts';
import { type PolicyConfig, policySubject } from './policies.ts';

/** Checks of the stream as a whole. */
const wholeStream: readonly string[] = [
  'blind',
  'schema',
  'volume',
  'label_coverage',
  'reused',
  'suspected_duplicates',
];

/** Checks of subjects of their own. */
const ownSubjects: Readonly<Record<string, readonly string[]>> = {
  errors: ['status'],
  latency: ['latency'],
  objective: ['status', 'latency'],
  performance: performanceMeasures,
};

const modelSubjects = ['feature:*', 'prediction', 'score:*'];

/** Why subjects of a policy are none of what its checks judge; null when some are. */
export function subjectsProblem({ subjects = [], checks = [] }: PolicyConfig): string | null {
  if (subjects.length === 0 || checks.length === 0) return null;
  const judging = checks.filter(check => !wholeStream.includes(check));
  if (judging.length === 0) return `must be left out: ${checks.join(', ')} have no subjects`;
  const chosen = subjects.map(policySubject);
  const judged = (check: string) => ownSubjects[check] ?? modelSubjects;
  const meets = (check: string) =>
    judged(check).some(name => chosen.some(pattern => globsMeet(pattern, name)));
  if (judging.some(meets)) return null;
  const known = [...new Set(judging.flatMap(judged))].join(', ');
  return `must be among the subjects of ${judging.join(', ')} (${known}), not ${subjects.join(', ')}`;
}

type Models = Readonly<Record<string, { readonly objectives?: unknown }>>;

/** Whether some model that the policy may hold for has objectives. */
export function hasObjectives({ models = [] }: PolicyConfig, rules: Models): boolean {
  const promising = Object.keys(rules).filter(pattern => rules[pattern]?.objectives !== undefined);
  if (models.length === 0) return promising.length > 0;
  return models.some(model =>
    model.includes('*')
      ? promising.some(pattern => globsMeet(model, pattern))
      : firstFit(rules, model)?.objectives !== undefined,
  );
}
