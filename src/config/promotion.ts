import { Type } from 'typebox';

/** When a returned version takes over, and what its baseline is made from. */
export const promotionSchema = Type.Object(
  {
    from: Type.Union([Type.Literal('training-data'), Type.Literal('newest-rows')], {
      default: 'training-data',
      description:
        'What the baseline of a returned version is made from: its training data (an uploaded baseline, an artifact of the registry, the training period), or, where none of them is named, the rows of the last 7 days. Those can make a fault the new normal.',
    }),
    gate: Type.Boolean({
      default: true,
      description:
        'Whether a version is promoted only if it is not worse, by labelled rows or the report. Without either a person confirms.',
    }),
    leastLabels: Type.Integer({
      default: 200,
      minimum: 20,
      maximum: 1_000_000_000,
      description: 'Labelled rows of each version, or rows of the report, that the gate needs.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How returned versions are promoted. See [retraining.md](retraining.md).',
  },
);

export interface PromotionRules {
  readonly from: 'training-data' | 'newest-rows';
  readonly gate: boolean;
  readonly leastLabels: number;
}

export const defaultPromotion: PromotionRules = { from: 'training-data', gate: true, leastLabels: 200 };
