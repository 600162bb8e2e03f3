import { type Static, Type } from 'typebox';
import { type AlertSeverity, severities } from '../domain/alert.ts';
import { findingChecks } from '../domain/check-name.ts';
import { subjectNamed } from '../domain/subject.ts';
import { fitsGlob } from '../lib/glob.ts';
import { measures } from '../stats/measures/index.ts';
import { performanceMeasures } from '../stats/performance/outcomes.ts';

const closed = { additionalProperties: false } as const;
const names = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 100, description }));
const count = (description: string) => Type.Integer({ minimum: 1, maximum: 100, description });

const check = Type.String({
  pattern: `^(${findingChecks.join('|')}|drift:(${measures.map(({ name }) => name).join('|')}))$`,
  patternErrorMessage: `must be a check: ${findingChecks.join(', ')}, or drift: and the name of a measure`,
});

const own = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9_-]{0,63}$',
      patternErrorMessage: 'must be a small letter, then up to 63 small letters, digits, _ or -',
      description:
        'Name of the policy; an alert each for every stream it holds for. `default` and `blind` change what is built in: only the keys given are changed.',
    }),
    enabled: Type.Optional(
      Type.Boolean({
        description: 'Whether it holds; `false` switches a built-in policy off. True by itself.',
      }),
    ),
    models: names('Models it holds for, by name or pattern (`churn-*`); all unless given.'),
    environments: names('Environments it holds for, by name or pattern; all unless given.'),
    checks: Type.Optional(
      Type.Array(check, {
        minItems: 1,
        maxItems: 100,
        description:
          'Checks it looks at, e.g. `errors`, or `drift:psi` for those of `measures`; those of the default policy unless given. One that does not page by default (`reused`, `label_coverage`, ...) pages by its verdict; `size` is shown and never judged.',
      }),
    ),
    subjects: names(
      'Subjects it looks at, by name or pattern: `income` or `feature:income`, `score:*`, `prediction`; `status`, `latency`, `accuracy`, `roc_auc`, `mean_absolute_error` are those; all unless given.',
    ),
    windows: Type.Optional(
      Type.Array(Type.Union([Type.Literal(1), Type.Literal(6), Type.Literal(24), Type.Literal(168)]), {
        minItems: 1,
        maxItems: 4,
        description: 'Window lengths it looks at, hours; all unless given.',
      }),
    ),
    severity: Type.Optional(
      Type.Union(
        severities.map(name => Type.Literal(name)),
        { description: 'How urgent its alert is; `critical` unless given.' },
      ),
    ),
    tolerance: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1000,
        description:
          'Least effect that pages, for those of its checks that have a size, also in what is rare; the others page by their verdict. At most 1 for shares (`drift`, `missing`, `mismatch`, `unseen`, `errors`). Of `latency` it is the rise (`0.5`: half as slow again), of `performance` the loss: in points of accuracy and area under the ROC curve (`0.05`: five points), as a share of the mean error before (`0.2`: a fifth larger). Nothing pages without the verdict `drift`, whatever the tolerance.',
      }),
    ),
    measure: Type.Optional(
      Type.Union(
        measures.map(({ name }) => Type.Literal(name)),
        {
          description:
            'A measure whose value decides, whatever the verdict, e.g. `psi`; docs/methods/measures explains each. It is computed where no rule of `measures` does.',
        },
      ),
    ),
    threshold: Type.Optional(
      Type.Number({
        description:
          'Value above which the measure pages; below it for a measure that is a p-value. Within what the measure can be, as in `measures`.',
      }),
    ),
    when: Type.Optional(
      Type.Object(
        {
          windows: count('How many windows must page, ...'),
          of: Type.Optional(
            count('... of so many of one length that could be judged; as many unless given.'),
          ),
        },
        { ...closed, description: 'When an episode opens; with the first paging window unless given.' },
      ),
    ),
    resolve: Type.Optional(
      Type.Object(
        {
          below: Type.Optional(
            Type.Number({
              exclusiveMinimum: 0,
              maximum: 1,
              description: 'Share of the tolerance that a clear window is below; 0.8 unless given.',
            }),
          ),
          windows: Type.Optional(count('Clear windows in a row that end an episode; 2 unless given.')),
        },
        { ...closed, description: 'When an episode is over.' },
      ),
    ),
    remindHours: Type.Optional(
      Type.Number({
        minimum: 1,
        maximum: 8760,
        description:
          'People are told again of an episode that is still open, and that nobody has acknowledged, after so many hours. Never unless given.',
      }),
    ),
    routes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        minItems: 1,
        maxItems: 100,
        description: 'Names of the channels that are told; all unless given.',
      }),
    ),
    actions: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Literal('auto'),
          Type.Literal('notify'),
          Type.Literal('retrain'),
          Type.Literal('rebuild'),
        ]),
        {
          minItems: 1,
          maxItems: 3,
          description:
            'What its alert does: `notify` tells people; `retrain` and `rebuild` order it when the findings call for it; `auto`, as unless given, tells people and orders what the findings call for.',
        },
      ),
    ),
  },
  closed,
);

export const policiesSchema = Type.Array(own, {
  default: [],
  maxItems: 100,
  description:
    'Which findings tell whom, and when; each policy that holds for a model has an alert of its own. Without any, `default` and `blind` are there. docs/alerts.md explains.',
});

type PolicySettings = Static<typeof own>;

type Deep<T> = T extends readonly (infer I)[] ? readonly Deep<I>[] : { readonly [K in keyof T]: Deep<T[K]> };

/** One policy, as it is configured; unions of names that are made from lists have lost them. */
export type PolicyConfig = Omit<Deep<PolicySettings>, 'checks' | 'measure' | 'severity'> & {
  readonly checks?: readonly string[];
  readonly measure?: string;
  readonly severity?: AlertSeverity;
};

/** Names of the policies that are there without configuration. */
export const builtInPolicies: readonly string[] = ['default', 'blind'];

/** Checks whose effect is a size that a tolerance can be held against. */
export const sizedChecks: readonly string[] = [
  'drift',
  'missing',
  'mismatch',
  'unseen',
  'errors',
  'latency',
  'performance',
];

/** Of these, the ones that have a tolerance without a policy's. */
export const tolerantChecks: readonly string[] = ['drift', 'missing', 'mismatch', 'unseen'];

/** Of these, the ones whose size is a share: never above 1. */
export const shareChecks: readonly string[] = [...tolerantChecks, 'errors'];

/** Subjects of the service and of the performance: no features. A feature of such a name is given in full. */
const ownSubjects: readonly string[] = ['status', 'latency', ...performanceMeasures];

/** The subject that a policy means; patterns that begin with `*` are taken as they are. */
export function policySubject(given: string): string {
  return given.startsWith('*') || ownSubjects.includes(given) ? given : subjectNamed(given);
}

/** Whether a policy holds for a stream, switched on or not. */
export function fitsStream(
  { models = [], environments = [] }: PolicyConfig,
  stream: { readonly model: string; readonly environment: string },
): boolean {
  const fits = (patterns: readonly string[], name: string) =>
    patterns.length === 0 || patterns.some(pattern => fitsGlob(pattern, name));
  return fits(models, stream.model) && fits(environments, stream.environment);
}

/** The check of a measure. */
export function checkOf(measure: string): string {
  return `drift:${measure}`;
}
