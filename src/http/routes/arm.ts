import { Type } from 'typebox';
import { orderKinds } from '../../domain/order.ts';
import type { Route } from '../route.ts';
import { failures, modelParams, nullableText } from '../shapes.ts';

const shape = Type.Object(
  { armed: Type.Boolean(), by: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
);

const receivers = Type.Object(
  { retrain: nullableText, rebuild: nullableText },
  { description: 'Who takes the orders of each kind; null: nobody, so that they stay dry runs.' },
);

export const arm: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/arm',
    schema: {
      summary: 'Let orders of a model be sent (armed), or only recorded.',
      tags: ['retraining'],
      params: modelParams,
      body: shape,
      response: {
        200: Type.Object({ model: Type.String(), ...shape.properties, receivers }),
        ...failures,
      },
    },
    handler: async ({ params, body: { armed, by } }) => {
      await (armed ? deps.retraining.arm(params.model, by) : deps.retraining.disarm(params.model, by));
      const [retrain, rebuild] = orderKinds.map(kind => deps.retraining.receiver(kind));
      return {
        model: params.model,
        armed,
        by,
        receivers: { retrain: retrain ?? null, rebuild: rebuild ?? null },
      };
    },
  });
};
