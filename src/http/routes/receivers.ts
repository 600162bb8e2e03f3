import { Type } from 'typebox';
import type { ReceiverDesk } from '../receiver-desk.ts';
import type { Route } from '../route.ts';
import { failures, nullableNumber, nullableText } from '../shapes.ts';

const admin = { access: 'admin' } as const;
const name = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  description: 'A small letter, then up to 63 small letters, digits, _ or -.',
});
const params = Type.Object({ name });
const by = Type.String({ minLength: 1, maxLength: 128, description: 'Who asks for it.' });

const receiver = Type.Object({
  name: Type.String(),
  type: Type.String(),
  takes: Type.Union([Type.Literal('alerts'), Type.Literal('orders')]),
  origin: Type.String({ description: '`configuration`, or `stored`.' }),
  host: Type.String({ description: 'Host of its address; the rest is not shown.' }),
  state: Type.String({ description: '`active`, `disabled` (it answered 410), or `unreadable`.' }),
  breaker: Type.Object({ state: Type.String(), failures: Type.Number(), until: Type.Number() }),
  last: Type.Union([Type.Object({ at: Type.Number(), status: Type.Number() }), Type.Null()], {
    description: 'Last attempt at it; status 0 is no answer. Null before the first.',
  }),
  secrets: Type.Array(Type.Object({ id: Type.String(), made: Type.Number(), ends: nullableNumber })),
});

const creation = Type.Object(
  {
    name,
    type: Type.Optional(
      Type.Union([Type.Literal('webhook'), Type.Literal('slack'), Type.Literal('teams')], {
        description: 'Absent: `webhook`, signed after Standard Webhooks.',
      }),
    ),
    url: Type.String({ minLength: 8, maxLength: 2000, description: 'Where to POST; kept encrypted.' }),
    by,
  },
  { additionalProperties: false },
);

const rotation = Type.Object(
  {
    hours: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 8760,
        description: 'How long the secret before signs besides; absent: 24.',
      }),
    ),
    by,
  },
  { additionalProperties: false },
);

const who = Type.Object({ by }, { additionalProperties: false });
const done = Type.Object({ name: Type.String() });
const tags = ['alerts'];

/** Receivers: listed, kept, rotated, enabled, removed. */
export const receivers: Route = (app, { receivers: desk }) => {
  if (desk === undefined) return;
  app.route({
    method: 'GET',
    url: '/v1/receivers',
    schema: {
      summary: 'Receivers of alerts and orders, of the configuration and stored.',
      tags,
      response: { 200: Type.Object({ receivers: Type.Array(receiver) }), ...failures },
    },
    handler: async () => ({ receivers: (await desk.list()).map(each => shown(each)) }),
  });
  app.route({
    method: 'POST',
    url: '/v1/receivers',
    config: admin,
    schema: {
      summary:
        'Keep a receiver of alerts, its address and secret encrypted. The secret is shown in this answer alone.',
      tags,
      body: creation,
      response: { 201: Type.Object({ receiver, secret: nullableText }), ...failures },
    },
    handler: async ({ body: { type = 'webhook', ...body } }, reply) => {
      const made = await desk.create({ ...body, type });
      return reply.code(201).send({ receiver: shown(made.receiver), secret: made.secret });
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/receivers/:name/rotate',
    config: admin,
    schema: {
      summary: 'Give a stored receiver another secret; both sign for a while.',
      tags,
      params,
      body: rotation,
      response: { 200: Type.Object({ secret: Type.String(), until: Type.Number() }), ...failures },
    },
    handler: async ({ params: of, body: { hours = 24, by: asks } }) =>
      desk.rotate(of.name, { hours, by: asks }),
  });
  for (const [verb, summary] of [
    ['enable', 'Send again to a receiver that has answered 410, from where it was switched off.'],
    ['remove', 'Remove a stored receiver.'],
  ] as const)
    app.route({
      method: 'POST',
      url: `/v1/receivers/:name/${verb}`,
      config: admin,
      schema: { summary, tags, params, body: who, response: { 200: done, ...failures } },
      handler: async ({ params: of, body }) => {
        await desk[verb](of.name, body.by);
        return { name: of.name };
      },
    });
};

/** A copy that may be changed, as the schemas want it. */
function shown({ breaker, last, secrets, ...same }: Awaited<ReturnType<ReceiverDesk['list']>>[number]) {
  return {
    ...same,
    breaker: { ...breaker },
    last: last && { ...last },
    secrets: secrets.map(secret => ({ ...secret })),
  };
}
