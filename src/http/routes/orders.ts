import { Type } from 'typebox';
import type { Order } from '../../domain/order.ts';
import { orderHoldOf, orderHolds } from '../../domain/refusal.ts';
import { LeewayError } from '../../lib/errors.ts';
import { parsed } from '../finite.ts';
import type { Route } from '../route.ts';
import { failures, limitQuery, orderShape } from '../shapes.ts';

const querystring = Type.Object(
  { model: Type.Optional(Type.String({ maxLength: 128 })), limit: limitQuery(200, 5000) },
  { additionalProperties: false },
);
const orderParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) });

const run = Type.Object({
  target: Type.String(),
  run: Type.String({ description: 'Name or number of what was started.' }),
  url: Type.String({ description: 'Its page: http or https, else empty.' }),
  at: Type.Number(),
});

const report = Type.Object({
  event: Type.String(),
  state: Type.String(),
  at: Type.Number(),
  body: Type.Unknown(),
});

export const orders: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/orders',
    schema: {
      summary: 'Orders to train, newest first, each in its last state.',
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

export const orderLife: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/orders/:id',
    schema: {
      summary:
        'One order: its last state, every state it went through, the reports on it, and the runs its target started.',
      tags: ['retraining'],
      params: orderParams,
      response: {
        200: Type.Object({
          order: orderShape,
          steps: Type.Array(orderShape),
          reports: Type.Array(report),
          runs: Type.Array(run),
        }),
        ...failures,
      },
    },
    handler: async ({ params: { id } }) => {
      const life = await deps.retraining.life(id);
      if (life === null) throw noOrder(id);
      return {
        order: shownOrder(life.order),
        steps: life.steps.map(shownOrder),
        reports: life.reports.map(each => ({ ...each, body: parsed(each.body) })),
        runs: [...life.runs],
      };
    },
  });
};

export const cancelOrder: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/orders/:id/cancel',
    schema: {
      summary: 'End an order that is under way. What its receiver has begun goes on; its reports come late.',
      tags: ['retraining'],
      params: orderParams,
      body: Type.Object(
        { by: Type.String({ minLength: 1, maxLength: 128 }) },
        { additionalProperties: false },
      ),
      response: { 200: orderShape, ...failures },
    },
    handler: async ({ params: { id }, body: { by } }) => {
      const order = await deps.retraining.cancel(id, by);
      if (order !== null) return shownOrder(order);
      const life = await deps.retraining.life(id);
      if (life === null) throw noOrder(id);
      throw new LeewayError('LW_CONFLICT', `Order ${id} is ${life.order.state}: it is not under way.`);
    },
  });
};

/** An order as it is shown: without the message that is sent, which holds the token of its receiver. */
export function shownOrder({ body, result, ...order }: Order) {
  const held = order.state === 'refused' || order.state === 'dry-run' ? orderHoldOf(order.reason) : null;
  return {
    ...order,
    lift: held === null ? '' : orderHolds[held].replace('MODEL', order.model),
    why: whyOf(body),
    result: parsed(result),
  };
}

export function noOrder(id: string): LeewayError {
  return new LeewayError(
    'LW_NOT_FOUND',
    `There is no order "${id}".`,
    undefined,
    '`leeway retrain list` or GET /v1/orders lists the orders.',
  );
}

function whyOf(body: string): string {
  const data = (parsed(body) as { data?: { reason?: unknown } | null } | null)?.data;
  return typeof data?.reason === 'string' ? data.reason : '';
}
