import { Type } from 'typebox';
import type { Episode, EpisodeDelivery } from '../control-ports.ts';
import {
  alertDeskOf,
  alertParams,
  alertShape,
  nameOf,
  shownAlert,
  texts,
  wordShape,
} from '../control-shapes.ts';
import type { Route } from '../route.ts';
import { environmentQuery, failures, limitQuery, nullableNumber } from '../shapes.ts';

const attempt = Type.Object({
  attempt: Type.Integer(),
  at: Type.Number(),
  outcome: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  durationSeconds: Type.Number(),
  next: Type.Number(),
});

const deliveries = Type.Array(
  Type.Object({ endpoint: Type.String(), outcome: Type.String(), attempts: Type.Array(attempt) }),
);

const event = Type.Object({
  kind: Type.String(),
  at: Type.Number(),
  reason: Type.String(),
  by: Type.String(),
  window: Type.Union([Type.Object({ from: Type.Number(), to: Type.Number() }), Type.Null()]),
  subjects: texts,
  told: Type.Boolean(),
});

const message = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  at: Type.Number(),
  summary: Type.String(),
  deliveries,
});

const order = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  target: Type.String(),
  steps: Type.Array(Type.Object({ state: Type.String(), reason: Type.String(), at: Type.Number() })),
  deliveries,
});

const episode = Type.Object({
  episode: Type.Integer(),
  state: Type.String({ description: 'open or resolved.' }),
  severity: Type.String(),
  since: Type.Number({ description: 'Start of the window that opened it.' }),
  opened: Type.Number(),
  resolved: nullableNumber,
  summary: Type.String(),
  subjects: texts,
  acknowledged: Type.Union([wordShape, Type.Null()]),
  events: Type.Array(event),
  messages: Type.Array(message),
  orders: Type.Array(order),
});

const querystring = Type.Object(
  {
    environment: environmentQuery,
    before: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'Only older ones.' }),
    ),
    limit: limitQuery(20, 100),
  },
  { additionalProperties: false },
);

export const episodes: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/alerts/:policy/episodes',
    schema: {
      summary: 'Episodes of an alert, newest first: what happened, who was told, what was ordered.',
      tags: ['alerts'],
      params: alertParams,
      querystring,
      response: {
        200: Type.Object({ now: Type.Number(), alert: alertShape, episodes: Type.Array(episode) }),
        ...failures,
      },
    },
    handler: async ({ params, query: { environment, before, limit } }) => {
      const desk = alertDeskOf(deps);
      const found = await desk.episodes(nameOf(params, environment), { before: before ?? null, limit });
      return { now: desk.now(), alert: shownAlert(found.alert), episodes: found.episodes.map(shownEpisode) };
    },
  });
};

function shownEpisode({ subjects, events, messages, orders, ...same }: Episode) {
  return {
    ...same,
    subjects: [...subjects],
    events: events.map(one => ({ ...one, subjects: [...one.subjects] })),
    messages: messages.map(one => ({ ...one, deliveries: shownDeliveries(one.deliveries) })),
    orders: orders.map(one => ({
      ...one,
      steps: [...one.steps],
      deliveries: shownDeliveries(one.deliveries),
    })),
  };
}

const shownDeliveries = (list: readonly EpisodeDelivery[]) =>
  list.map(one => ({ ...one, attempts: [...one.attempts] }));
