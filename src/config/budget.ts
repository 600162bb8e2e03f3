import { Type } from 'typebox';

/** What verdicts may cost. */
export const budgetSchema = Type.Object(
  {
    falseAlarmsPerModelMonth: Type.Number({
      default: 1,
      exclusiveMinimum: 0,
      maximum: 1000,
      description: 'False alarms that may be expected of one model (in one environment) in 30 days.',
    }),
    fleetFalseAlarmsPerWeek: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 10_000,
        description:
          'Instead: false alarms that may be expected in a week of all models together. Divided evenly over the models (by environment) that exist at the time, so each gets less as they become more; those with a `budget` of their own come on top and are not counted.',
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'What verdicts may cost: the level of every test (`alpha` of its finding) follows from it.',
  },
);

/** Days the budget of a model is stated for, in weeks. */
const monthWeeks = 30 / 7;

/** Which budget a stream has, and where it comes from. */
export interface StreamBudget {
  /** Expected false alarms in 30 days. */
  readonly falseAlarmsPerMonth: number;
  /** In words, for people. */
  readonly from: string;
}

/**
 * Budget of a stream.
 *
 * @param own - its own, from an override; null without
 * @param sharing - streams that share the fleet's budget, this one among them
 */
export function budgetOf(
  budget: {
    readonly falseAlarmsPerModelMonth: number;
    readonly fleetFalseAlarmsPerWeek?: number | undefined;
  },
  own: number | null,
  sharing: number,
): StreamBudget {
  if (own !== null) return { falseAlarmsPerMonth: own, from: 'a budget of its own' };
  const fleet = budget.fleetFalseAlarmsPerWeek;
  if (fleet === undefined)
    return { falseAlarmsPerMonth: budget.falseAlarmsPerModelMonth, from: 'the budget of every model' };
  const streams = Math.max(1, sharing);
  const from = `the fleet's ${fleet} a week over ${streams} model${streams === 1 ? '' : 's'}`;
  return { falseAlarmsPerMonth: (fleet * monthWeeks) / streams, from };
}
