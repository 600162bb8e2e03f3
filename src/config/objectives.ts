import { type Static, Type } from 'typebox';
import { fitsGlob } from '../lib/glob.ts';

const share = (description: string) => Type.Number({ exclusiveMinimum: 0, maximum: 1, description });

/** What the service of a model has promised of itself. */
export const objectivesSchema = Type.Object(
  {
    errors: Type.Optional(share('Largest share of requests that may fail, e.g. `0.01`.')),
    latency: Type.Array(
      Type.Object(
        {
          share: share('Share of the requests that must be as fast, e.g. `0.95`.'),
          seconds: Type.Number({ exclusiveMinimum: 0, description: 'Time they may take, seconds.' }),
        },
        { additionalProperties: false },
      ),
      { default: [], maxItems: 10, description: 'Times that a share of the requests must keep.' },
    ),
  },
  {
    additionalProperties: false,
    description: 'Promises, judged by themselves: broken beyond doubt (99.9 %), they page. Absent: none.',
  },
);

type ObjectivesSettings = Static<typeof objectivesSchema>;

interface ModelRules {
  readonly objectives?:
    | {
        readonly errors?: number | undefined;
        readonly latency: readonly ObjectivesSettings['latency'][number][];
      }
    | undefined;
}

/** Objectives of a model: those of the first rule that fits its name; null without. */
export function objectivesOf(
  models: Readonly<Record<string, ModelRules>>,
  model: string,
): NonNullable<ModelRules['objectives']> | null {
  return firstFit(models, model)?.objectives ?? null;
}

/** The rules of the first pattern that a name is as. */
export function firstFit<T>(rules: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.entries(rules).find(([pattern]) => fitsGlob(pattern, name))?.[1];
}
