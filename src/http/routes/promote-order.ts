import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { Route } from '../route.ts';
import { failures, orderShape } from '../shapes.ts';
import { shownOrder } from './orders.ts';

export const promoteOrder: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/orders/:id/promote',
    schema: {
      summary:
        'Promote the version of a succeeded order on a person’s word, past the gate: its baseline becomes active. Who confirmed is kept.',
      tags: ['retraining'],
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) }),
      body: Type.Object(
        {
          by: Type.String({ minLength: 1, maxLength: 128, description: 'Who confirms.' }),
          confirm: Type.Literal(true, { description: 'That it was looked at.' }),
          newest_rows: Type.Optional(
            Type.Boolean({
              description:
                'Make the baseline of the rows of the last 7 days, whatever was reported: what is wrong in them becomes normal.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: orderShape, ...failures },
    },
    handler: async ({ params: { id }, body: { by, newest_rows } }) => {
      const order = await deps.retraining.promote(id, { by, newestRows: newest_rows === true });
      if (order !== null) return shownOrder(order);
      const life = await deps.retraining.life(id);
      if (life === null)
        throw new LeewayError(
          'LW_NOT_FOUND',
          `There is no order "${id}".`,
          undefined,
          '`leeway retrain orders` and GET /v1/orders list them.',
        );
      const { state } = life.order;
      throw new LeewayError(
        'LW_CONFLICT',
        state === 'succeeded'
          ? 'Retraining is stopped: nothing is promoted until it is started again (`leeway retrain start`).'
          : `Order ${id} is ${state}: only a succeeded one can be promoted.`,
      );
    },
  });
};
