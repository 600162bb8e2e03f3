import { Type } from 'typebox';
import { cronProblem } from '../act/slots.ts';
import { type Called, signingSecretFindings } from './channel-rules.ts';
import { signingSecretsSchema } from './channels.ts';
import type { Path } from './node.ts';
import { promotionSchema } from './promotion.ts';
import type { Config } from './schema.ts';
import { eachTargetFindings, targetUrls } from './target-rules.ts';
import { targetsSchema } from './targets.ts';
import type { Finding } from './validate.ts';

const closed = { additionalProperties: false } as const;
const hours = (description: string, more: object) => Type.Number({ ...more, description });
const count = (description: string, more: { readonly default?: number; readonly minimum: number }) =>
  Type.Integer({ maximum: 1_000_000_000, ...more, description });

const cooldown = 'Least time between two orders of one kind for a model.';
const leastRows =
  'Rows since the last training (and since the change was first seen) that an order waits for.';
const timeout = 'An order not finished after so long has timed out.';

/** Target and guard rails of one kind of order. */
const kind = (description: string, windows: number) =>
  Type.Object(
    {
      target: Type.Optional(
        Type.String({
          minLength: 1,
          description:
            'Name of one of `targets`, or `none`: nobody, so that such orders are dry runs. Absent: the only one there is, or `retraining` (see `url`).',
        }),
      ),
      cooldownHours: Type.Optional(hours(`${cooldown} Absent: that of \`retraining\`.`, { minimum: 0 })),
      perDay: count('Most orders for a model in 24 hours.', { default: 2, minimum: 1 }),
      per30Days: count('Most orders for a model in 30 days.', { default: 10, minimum: 1 }),
      leastRows: Type.Optional(count(`${leastRows} Absent: that of \`retraining\`.`, { minimum: 0 })),
      leastLabels: count('Labels since the last training that an order waits for.', {
        default: 0,
        minimum: 0,
      }),
      windows: count('Paging windows of an episode before a policy orders.', {
        default: windows,
        minimum: 1,
      }),
      timeoutHours: Type.Optional(
        hours(`${timeout} Absent: that of \`retraining\`.`, { exclusiveMinimum: 0 }),
      ),
    },
    { ...closed, default: {}, description },
  );

const schedule = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 128, description: 'The model.' }),
    environment: Type.String({
      default: 'prod',
      minLength: 1,
      maxLength: 128,
      description: 'Its environment.',
    }),
    cron: Type.String({
      pattern: '^\\s*\\S+(\\s+\\S+){4}\\s*$',
      patternErrorMessage: 'must be five fields: minute, hour, day of month, month, day of week',
      description: 'When, e.g. `0 3 * * 1` (Mondays at three).',
    }),
    timeZone: Type.String({
      default: 'UTC',
      minLength: 1,
      description: 'Time zone of `cron`, e.g. `Europe/Berlin`.',
    }),
    kind: Type.Union([Type.Literal('retrain'), Type.Literal('rebuild')], {
      default: 'retrain',
      description: 'What is ordered.',
    }),
  },
  closed,
);

export const retrainingSchema = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^https?://',
        patternErrorMessage: 'must be an address that begins with http:// or https://',
        description: 'Where orders of both kinds are POSTed: a target of the name `retraining`, in short.',
      }),
    ),
    secrets: Type.Optional(signingSecretsSchema),
    cooldownHours: hours(cooldown, { default: 24, minimum: 0 }),
    leastRows: count(leastRows, { default: 1000, minimum: 0 }),
    timeoutHours: hours(timeout, { default: 24, exclusiveMinimum: 0 }),
    targets: targetsSchema,
    retrain: kind('Orders to train the same pipeline on newer data.', 1),
    // A field that is gone for one window is an accident of the pipeline more often than its end.
    rebuild: kind('Orders to bring the pipeline itself up to date.', 3),
    promotion: promotionSchema,
    schedules: Type.Array(schedule, {
      default: [],
      maxItems: 1000,
      description: 'Orders by the calendar. Each slot is taken once, also after a pause.',
    }),
  },
  {
    ...closed,
    description:
      'Who trains, and under which guard rails. Absent: nothing is ordered. A dry run until a model is armed. See [retraining.md](retraining.md).',
  },
);

/** Name of the target that the short form stands for; a metric label. */
export const shortTarget = 'retraining';

/** Stands where a kind has no target, and is meant not to. */
export const noTarget = 'none';

type Retraining = NonNullable<Config['retraining']>;
const kinds = ['retrain', 'rebuild'] as const;

/** Names of the targets there are. */
export function targetNames({
  url,
  targets,
}: {
  readonly url?: string | undefined;
  readonly targets: Readonly<Record<string, unknown>>;
}): readonly string[] {
  return [...(url === undefined ? [] : [shortTarget]), ...Object.keys(targets)];
}

/** What `retraining` says against itself. */
export function retrainingFindings({ retraining }: Pick<Config, 'retraining'>): Finding[] {
  if (retraining === undefined) return [];
  return [
    ...receiverFindings(retraining),
    ...eachTargetFindings(retraining.targets),
    ...signingSecretFindings(retraining.secrets ?? [], ['retraining', 'secrets']),
    ...kinds.flatMap(each => limitFindings(retraining, each)),
    ...retraining.schedules.flatMap((_, index) => scheduleFindings(retraining.schedules, index)),
  ];
}

/** Every address of those who take orders. */
export function retrainingUrls({ retraining }: Pick<Config, 'retraining'>): Called[] {
  if (retraining === undefined) return [];
  const { url, targets } = retraining;
  return [...(url === undefined ? [] : [{ url, path: ['retraining', 'url'] }]), ...targetUrls(targets)];
}

function receiverFindings(retraining: Retraining): Finding[] {
  const tell = (path: Path, message: string): Finding => ({ path, rule: 'retraining-target', message });
  const names = targetNames(retraining);
  const found: Finding[] = [];
  if (names.length === 0)
    found.push(tell(['retraining'], 'must name who trains: url and secrets, or targets'));
  if ((retraining.url === undefined) !== (retraining.secrets === undefined))
    found.push(tell(['retraining'], 'must have both url and secrets, or neither'));
  if (retraining.url !== undefined && retraining.targets[shortTarget] !== undefined)
    found.push(tell(['retraining', 'targets', shortTarget], 'is what `url` stands for: take another name'));
  if (retraining.targets[noTarget] !== undefined)
    found.push(tell(['retraining', 'targets', noTarget], 'stands for nobody: take another name'));
  for (const each of kinds) {
    const { target } = retraining[each];
    if (target !== undefined && target !== noTarget && !names.includes(target))
      found.push(tell(['retraining', each, 'target'], `must be one of the targets: ${names.join(', ')}`));
  }
  return [...found, ...kinds.flatMap(each => choiceFindings(retraining, each))];
}

/** Of several targets none is meant by itself: orders of the kind would be dry runs, and nobody would know why. */
function choiceFindings(retraining: Retraining, each: (typeof kinds)[number]): Finding[] {
  const names = targetNames(retraining);
  if (names.length < 2 || retraining.url !== undefined || retraining[each].target !== undefined) return [];
  const message = `must say in ${each}.target which target takes orders to ${each}: ${names.join(', ')}, or none`;
  return [{ path: ['retraining'], rule: 'retraining-choice', message }];
}

function limitFindings(retraining: Retraining, each: (typeof kinds)[number]): Finding[] {
  const { perDay, per30Days } = retraining[each];
  if (per30Days >= perDay) return [];
  const message = `must be at least perDay (${perDay})`;
  return [{ path: ['retraining', each, 'per30Days'], rule: 'retraining-limits', message }];
}

function scheduleFindings(schedules: Retraining['schedules'], index: number): Finding[] {
  const path = ['retraining', 'schedules', index];
  const { cron, timeZone } = schedules[index]!;
  const problem = cronProblem(cron, timeZone);
  if (problem !== null)
    return [{ path: [...path, problem.of], rule: 'retraining-schedule', message: problem.message }];
  const key = JSON.stringify(schedules[index]);
  const first = schedules.findIndex(each => JSON.stringify(each) === key);
  if (first === index) return [];
  return [{ path, rule: 'retraining-schedule', message: `is the same as retraining.schedules[${first}]` }];
}
