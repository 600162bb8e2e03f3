import { Type } from 'typebox';
import type { DeliverySummary } from '../receiver-desk.ts';
import type { Route } from '../route.ts';
import { failures, limitQuery } from '../shapes.ts';

const delivery = Type.Object({
  message: Type.String(),
  endpoint: Type.String(),
  attempt: Type.Number(),
  at: Type.Number(),
  outcome: Type.String({ description: '`done`, `retry`, `failed`, `disabled`, or `again` (asked for).' }),
  status: Type.Number({ description: 'HTTP status; 0 is no answer.' }),
  detail: Type.String(),
  durationSeconds: Type.Number(),
  next: Type.Number({ description: 'When the next attempt is due; 0 is never.' }),
  run: Type.Optional(Type.String({ description: 'What the receiver says it has started.' })),
  url: Type.Optional(Type.String()),
});

const querystring = Type.Object(
  {
    endpoint: Type.Optional(Type.String({ maxLength: 64 })),
    message: Type.Optional(
      Type.String({ maxLength: 200, description: 'A message, a change of an alert, or an order.' }),
    ),
    outcome: Type.Optional(
      Type.Union(
        (['done', 'retry', 'failed', 'disabled', 'again'] as const).map(outcome => Type.Literal(outcome)),
      ),
    ),
    limit: limitQuery(100, 10_000),
  },
  { additionalProperties: false },
);

const params = Type.Object({ message: Type.String({ minLength: 1, maxLength: 200 }) });
const tags = ['alerts'];

/** Attempts to deliver, and asking for a message again. */
export const deliveries: Route = (app, { deliveries: desk }) => {
  if (desk === undefined) return;
  app.route({
    method: 'GET',
    url: '/v1/deliveries',
    schema: {
      summary: 'Attempts to deliver messages, newest first.',
      tags,
      querystring,
      response: { 200: Type.Object({ deliveries: Type.Array(delivery) }), ...failures },
    },
    handler: async ({ query: { endpoint = null, message = null, outcome = null, limit } }) => {
      const found = await desk.list({ endpoint, id: message, outcome, limit });
      return { deliveries: found.map(withoutAnswer) };
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/deliveries/:message',
    config: { access: 'admin' },
    schema: {
      summary: 'Attempts at a message (or at all of a change or an order), with what was answered.',
      tags,
      params,
      response: {
        200: Type.Object({
          deliveries: Type.Array(Type.Object({ ...delivery.properties, answer: Type.String() })),
        }),
        ...failures,
      },
    },
    handler: async ({ params: { message } }) => ({
      deliveries: [...(await desk.list({ endpoint: null, id: message, outcome: null, limit: 1000 }))],
    }),
  });
  app.route({
    method: 'POST',
    url: '/v1/deliveries/:message/redeliver',
    schema: {
      summary: 'Have a message sent once more, with its id and body, and a schedule of its own.',
      tags,
      params,
      body: Type.Object(
        { by: Type.String({ minLength: 1, maxLength: 128 }) },
        { additionalProperties: false },
      ),
      response: { 200: delivery, ...failures },
    },
    handler: async ({ params: { message }, body }) => withoutAnswer(await desk.again(message, body.by)),
  });
};

function withoutAnswer({ answer: _, ...rest }: DeliverySummary) {
  return rest;
}
