import { Type } from 'typebox';
import {
  actorOf,
  alertDeskOf,
  alertParams,
  alertShape,
  bySchema,
  environmentBody,
  nameOf,
  noteSchema,
  shownAlert,
} from '../control-shapes.ts';
import type { Route } from '../route.ts';
import { failures } from '../shapes.ts';

const words = { environment: environmentBody, note: noteSchema, by: bySchema };
const taken = Type.Object(
  {
    ...words,
    episode: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'Refused when another one is open.' }),
    ),
  },
  { additionalProperties: false },
);

/** Somebody takes the open episode of an alert on, or gives it back. */
export const acknowledge: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/alerts/:policy/acknowledge',
    config: { access: 'admin' },
    schema: {
      summary: 'Take the open episode of an alert on: nobody is reminded of it any more.',
      tags: ['alerts'],
      params: alertParams,
      body: taken,
      response: { 200: alertShape, ...failures },
    },
    handler: async request => {
      const { environment, note = '', by, episode } = request.body;
      const said = { note, by: actorOf(request, by), episode: episode ?? null };
      return shownAlert(await alertDeskOf(deps).acknowledge(nameOf(request.params, environment), said));
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/models/:model/alerts/:policy/unacknowledge',
    config: { access: 'admin' },
    schema: {
      summary: 'Give the open episode of an alert back: people are reminded of it again.',
      tags: ['alerts'],
      params: alertParams,
      body: Type.Object(words, { additionalProperties: false }),
      response: { 200: alertShape, ...failures },
    },
    handler: async request => {
      const { environment, note = '', by } = request.body;
      const said = { note, by: actorOf(request, by) };
      return shownAlert(await alertDeskOf(deps).unacknowledge(nameOf(request.params, environment), said));
    },
  });
};
