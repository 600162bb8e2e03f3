import { Type } from 'typebox';
import { firstFit } from './objectives.ts';

const fromText =
  'What the baseline of a returned version is made from: its training data (an uploaded baseline, an artifact of the registry, the training period), or, where none of them is named, the rows of the last 7 days. Those can make a fault the new normal.';
const gateText =
  'Whether a version is promoted only if it is not worse, by labelled rows or, for a model that has labels, the report. A model without labels waits for a person.';
const leastText = 'Labelled rows of each version, or rows of the report, that the gate needs.';
const least = { minimum: 20, maximum: 1_000_000_000 } as const;
const from = (more: { readonly default?: 'training-data' }) =>
  Type.Union([Type.Literal('training-data'), Type.Literal('newest-rows')], {
    ...more,
    description: fromText,
  });
const closed = { additionalProperties: false } as const;

/** What some models may have of their own. */
const ofModels = Type.Object(
  {
    from: Type.Optional(from({})),
    gate: Type.Optional(Type.Boolean({ description: gateText })),
    leastLabels: Type.Optional(Type.Integer({ ...least, description: leastText })),
  },
  { ...closed, description: 'What these models have of their own.' },
);

/** When a returned version takes over, and what its baseline is made from. */
export const promotionSchema = Type.Object(
  {
    from: from({ default: 'training-data' }),
    gate: Type.Boolean({ default: true, description: gateText }),
    leastLabels: Type.Integer({ ...least, default: 200, description: leastText }),
    models: Type.Record(Type.String(), ofModels, {
      default: {},
      description:
        'Models with rules of their own, by name or a pattern with `*`; the first one that fits counts, and what it leaves out is as for all.',
    }),
  },
  {
    ...closed,
    default: {},
    description: 'How returned versions are promoted. See [retraining.md](retraining.md).',
  },
);

export interface PromotionRules {
  readonly from: 'training-data' | 'newest-rows';
  readonly gate: boolean;
  readonly leastLabels: number;
}

type OfModels = { readonly [key in keyof PromotionRules]?: PromotionRules[key] | undefined };

export const defaultPromotion: PromotionRules = { from: 'training-data', gate: true, leastLabels: 200 };

/** The rules for one model: those of the first pattern that fits, over those for all. */
export function promotionFor(
  promotion: (PromotionRules & { readonly models: Readonly<Record<string, OfModels>> }) | undefined,
  model: string,
): PromotionRules {
  if (promotion === undefined) return defaultPromotion;
  const own = firstFit(promotion.models, model) ?? {};
  return {
    from: own.from ?? promotion.from,
    gate: own.gate ?? promotion.gate,
    leastLabels: own.leastLabels ?? promotion.leastLabels,
  };
}
