import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { Route } from '../route.ts';
import { failures, nullableText, orderShape } from '../shapes.ts';
import { shownOrder } from './orders.ts';

const mostBytes = 1_048_576;

const answer = Type.Object({
  fingerprint: Type.String(),
  order: Type.Union([orderShape, Type.Null()]),
  ignored: nullableText,
});

export const alertmanager: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/alertmanager',
    config: { access: 'retrain', mostBytes, drops4xx: true },
    bodyLimit: mostBytes,
    schema: {
      summary:
        'Receiver of Alertmanager (webhook version 4): an alert with the label `model` orders a training. 5xx: send it again.',
      tags: ['retraining'],
      // Newer versions add fields, and none of them is a reason to lose a notification.
      body: Type.Object({}, { additionalProperties: true }),
      response: { 200: Type.Object({ alerts: Type.Array(answer) }), ...failures },
    },
    handler: async ({ body }) => {
      const models = new Set((await deps.models.list()).map(({ model }) => model));
      const answers = await deps.retraining.notify(body, model => models.has(model));
      if (answers === null)
        throw new LeewayError(
          'LW_REQUEST_INVALID',
          'This is no notification of Alertmanager: it has no alerts.',
        );
      return {
        alerts: answers.map(({ order, ...rest }) => ({
          ...rest,
          order: order === null ? null : shownOrder(order),
        })),
      };
    },
  });
};
