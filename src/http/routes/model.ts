import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import { finite } from '../finite.ts';
import type { Route } from '../route.ts';
import {
  activationShape,
  baselineShape,
  environmentQuery,
  failures,
  modelParams,
  nullableNumber,
  nullableText,
} from '../shapes.ts';

const detail = Type.Object({
  model: Type.String(),
  environment: Type.String(),
  versions: Type.Array(Type.String()),
  baselines: Type.Array(baselineShape),
  activations: Type.Array(activationShape),
  subjects: Type.Array(
    Type.Object({
      subject: Type.String(),
      kind: Type.String(),
      aside: Type.String(),
      tolerance: nullableNumber,
    }),
  ),
  checks: Type.Array(Type.Object({ check: Type.String(), from: nullableNumber, note: Type.String() })),
  calibration: Type.Array(
    Type.Object({
      windowSeconds: Type.Integer(),
      calibration: Type.String(),
      pagesFrom: Type.Number({ description: 'Epoch milliseconds; 0 is from the first window on.' }),
      calibratedFrom: Type.Number({ description: 'Epoch milliseconds.' }),
    }),
  ),
  learning: nullableText,
  budget: Type.Optional(
    Type.Object({
      falseAlarmsPerMonth: Type.Number({ description: 'Expected false alarms in 30 days.' }),
      from: Type.String({
        description:
          'Where the number comes from: its own, that of every model, or a part of that of the fleet.',
      }),
    }),
  ),
});

export const model: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model',
    schema: {
      summary: 'One model: baselines, activations, subjects, and from when each check can page.',
      tags: ['models'],
      params: modelParams,
      querystring: Type.Object({ environment: environmentQuery }, { additionalProperties: false }),
      response: { 200: detail, ...failures },
    },
    handler: async ({ params, query }) => {
      const found = await deps.models.detail(params.model, query.environment ?? null);
      if (found === null) throw new LeewayError('LW_NOT_FOUND', `There is no model "${params.model}".`);
      return {
        ...found,
        versions: [...found.versions],
        baselines: [...found.baselines],
        activations: [...found.activations],
        subjects: found.subjects.map(one => ({ ...one, tolerance: finite(one.tolerance) })),
        checks: [...found.checks],
        calibration: [...found.calibration],
      };
    },
  });
};
