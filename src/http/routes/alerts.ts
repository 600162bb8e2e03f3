import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures, limitQuery, modelParams, orderShape } from '../shapes.ts';
import { shownOrder } from './orders.ts';

const texts = Type.Array(Type.String());

const alert = Type.Object({
  environment: Type.String(),
  policy: Type.String(),
  state: Type.String(),
  since: Type.Number(),
  subjects: texts,
  episode: Type.Integer(),
});

const transition = Type.Object({
  id: Type.String(),
  environment: Type.String(),
  policy: Type.String(),
  episode: Type.Integer(),
  from: Type.String(),
  to: Type.String(),
  reason: Type.String(),
  at: Type.Number(),
  windowStart: Type.Number(),
  windowSeconds: Type.Number(),
  notify: Type.Boolean(),
  subjects: texts,
});

export const alerts: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/alerts',
    schema: {
      summary: 'Alerts of a model, their changes and the orders they gave, newest first.',
      tags: ['alerts'],
      params: modelParams,
      querystring: Type.Object({ limit: limitQuery(200, 5000) }, { additionalProperties: false }),
      response: {
        200: Type.Object({
          alerts: Type.Array(alert),
          transitions: Type.Array(transition),
          orders: Type.Array(orderShape),
        }),
        ...failures,
      },
    },
    handler: async ({ params: { model }, query: { limit } }) => {
      const [states, changes, orders] = await Promise.all([
        deps.alerts.alerts(model),
        deps.alerts.transitions(model, limit),
        deps.alerts.orders(model, limit),
      ]);
      return {
        alerts: states.map(one => ({ ...one, subjects: [...one.subjects] })),
        transitions: changes.map(one => ({ ...one, subjects: [...one.subjects] })),
        orders: orders.map(shownOrder),
      };
    },
  });
};
