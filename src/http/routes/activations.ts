import { Type } from 'typebox';
import { maybeMoment } from '../moment.ts';
import type { Route } from '../route.ts';
import { activationShape, failures, modelParams, momentValue } from '../shapes.ts';

const body = Type.Object(
  {
    baseline: Type.Integer({ minimum: 1 }),
    version: Type.Optional(
      Type.String({ maxLength: 128, description: 'Only for this version; absent: every one.' }),
    ),
    from: Type.Optional(momentValue),
    by: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { additionalProperties: false },
);

export const activations: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/activations',
    schema: {
      summary: 'Judge a model by another baseline from a moment on.',
      tags: ['baselines'],
      params: modelParams,
      body,
      response: { 201: activationShape, ...failures },
    },
    handler: async ({ params, body: { baseline, version = '', from, by = 'api' } }, reply) => {
      const made = await deps.baselines.activate({
        model: params.model,
        version,
        baseline,
        from: maybeMoment(from, 'from'),
        by,
      });
      return reply.code(201).send(made);
    },
  });
};
