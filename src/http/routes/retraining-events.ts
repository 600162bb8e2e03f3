import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import { moment } from '../moment.ts';
import type { Route } from '../route.ts';
import { failures, momentValue, orderShape } from '../shapes.ts';
import { shownOrder } from './orders.ts';

/** Whoever signs sends it without a key: so it is small. */
const reportBytes = 65_536;

const accuracy = Type.Optional(Type.Number({ minimum: 0, maximum: 1 }));

const body = Type.Object(
  {
    event_id: Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'The same report again carries the same id.',
    }),
    state: Type.Union([
      Type.Literal('accepted'),
      Type.Literal('running'),
      Type.Literal('succeeded'),
      Type.Literal('failed'),
    ]),
    version: Type.Optional(Type.String({ maxLength: 128, description: 'Version of the retrained model.' })),
    baseline: Type.Optional(Type.Integer({ minimum: 1, description: 'A baseline uploaded for it.' })),
    training: Type.Optional(
      Type.Object(
        { from: momentValue, to: momentValue },
        { additionalProperties: false, description: 'The period it was trained on.' },
      ),
    ),
    metrics: Type.Optional(
      Type.Object({ accuracy_before: accuracy, accuracy_after: accuracy }, { additionalProperties: true }),
    ),
    message: Type.Optional(Type.String({ maxLength: 2000 })),
    artifact: Type.Optional(Type.String({ maxLength: 2000, description: 'Where the model is kept.' })),
  },
  { additionalProperties: false },
);

/** Reports that change nothing, by what became of them. */
const conflicts: Readonly<Record<string, (is: string, reported: string) => string>> = {
  late: (_, reported) => `the order had timed out before it was reported ${reported}; nothing is promoted.`,
  ended: (is, reported) => `the order is ${is} and cannot become ${reported}.`,
  'not-sent': is => `the order is ${is}: nobody was asked to train.`,
  'event-id-reused': () => 'event_id was used for another report on this order.',
};

export const retrainingEvents: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/retrainings/:id/events',
    config: { access: 'report', mostBytes: reportBytes },
    bodyLimit: reportBytes,
    schema: {
      summary: 'What the receiver of a retraining order reports. Idempotent by event_id.',
      tags: ['retraining'],
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 128 }) }),
      body,
      response: { 200: orderShape, ...failures },
    },
    handler: async ({ params: { id }, body: { training, ...event } }, reply) => {
      const period = training && {
        from: moment(training.from, 'training.from'),
        to: moment(training.to, 'training.to'),
      };
      const received = await deps.retraining.receive(
        id,
        period === undefined ? event : { ...event, training: period },
      );
      const { outcome, order } = received;
      if (order === null) {
        throw new LeewayError(
          'LW_NOT_FOUND',
          `There is no order "${id}".`,
          undefined,
          'Send the id of the order as it stood in the message that asked for the training.',
        );
      }
      if (Object.hasOwn(conflicts, outcome))
        throw new LeewayError('LW_CONFLICT', `${outcome}: ${conflicts[outcome]!(order.state, event.state)}`);
      void reply.header('leeway-outcome', outcome);
      return shownOrder(order);
    },
  });
};
