import { Type } from 'typebox';
import type { Order } from '../../domain/order.ts';
import { parsed } from '../finite.ts';
import type { Route } from '../route.ts';
import { failures, limitQuery, orderShape } from '../shapes.ts';

const querystring = Type.Object(
  { model: Type.Optional(Type.String({ maxLength: 128 })), limit: limitQuery(200, 5000) },
  { additionalProperties: false },
);

export const orders: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/orders',
    schema: {
      summary: 'Retraining orders, newest first, each in its last state.',
      tags: ['retraining'],
      querystring,
      response: { 200: Type.Object({ orders: Type.Array(orderShape) }), ...failures },
    },
    handler: async ({ query }) => {
      const found = await deps.alerts.orders(query.model ?? null, query.limit);
      return { orders: found.map(shownOrder) };
    },
  });
};

/** An order without the message that was sent. */
export function shownOrder({ body: _body, result, ...order }: Order) {
  return { ...order, result: parsed(result) };
}
