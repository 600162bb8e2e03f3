import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures, modelParams } from '../shapes.ts';

const shape = Type.Object(
  { armed: Type.Boolean(), by: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
);

export const arm: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/arm',
    schema: {
      summary: 'Let retraining orders of a model be sent (armed), or only recorded.',
      tags: ['retraining'],
      params: modelParams,
      body: shape,
      response: { 200: Type.Object({ model: Type.String(), ...shape.properties }), ...failures },
    },
    handler: async ({ params, body: { armed, by } }) => {
      await (armed ? deps.retraining.arm(params.model, by) : deps.retraining.disarm(params.model, by));
      return { model: params.model, armed, by };
    },
  });
};
