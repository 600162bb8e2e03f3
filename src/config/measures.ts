import { Type } from 'typebox';
import { measures } from '../stats/measures/index.ts';

/** Measures and thresholds of the user's own, beside the calibrated test. */
export const measuresSchema = Type.Array(
  Type.Object(
    {
      measure: Type.Union(
        measures.map(({ name }) => Type.Literal(name)),
        { description: 'Name of a measure, e.g. `psi`; docs/methods/measures explains each.' },
      ),
      threshold: Type.Number({
        description: 'Fires above it; below it for a measure that is a p-value. In the unit of the measure.',
      }),
      models: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Models it holds for; all when empty.',
      }),
      subjects: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Subjects it holds for, e.g. `feature:age`; all when empty.',
      }),
      hours: Type.Array(Type.Union([Type.Literal(1), Type.Literal(6), Type.Literal(24), Type.Literal(168)]), {
        default: [24],
        minItems: 1,
        description: 'Window lengths, hours.',
      }),
    },
    { additionalProperties: false },
  ),
  {
    default: [],
    maxItems: 50,
    description:
      'Measures with a threshold of your own, e.g. PSI above 0.2. They page by themselves, are no part of the false-alarm budget and are labelled uncalibrated.',
  },
);
