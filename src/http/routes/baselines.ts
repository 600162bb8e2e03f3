import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { baselineShape, failures, modelParams } from '../shapes.ts';

export const baselines: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/baselines',
    schema: {
      summary: 'Baselines of a model.',
      tags: ['baselines'],
      params: modelParams,
      response: { 200: Type.Object({ baselines: Type.Array(baselineShape) }), ...failures },
    },
    handler: async ({ params }) => ({ baselines: [...(await deps.baselines.list(params.model))] }),
  });
};
