import { Type } from 'typebox';
import { alertDeskOf, alertShape, shownAlert } from '../control-shapes.ts';
import type { Route } from '../route.ts';
import { failures } from '../shapes.ts';

const querystring = Type.Object(
  {
    model: Type.Optional(Type.String({ maxLength: 128 })),
    state: Type.Union([Type.Literal('open'), Type.Literal('all')], {
      default: 'all',
      description: 'open: only those that are not ok.',
    }),
  },
  { additionalProperties: false },
);

export const alertList: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/alerts',
    schema: {
      summary: 'Where every alert stands that ever changed, the worst first. `now`: clock it is told by.',
      tags: ['alerts'],
      querystring,
      response: {
        200: Type.Object({ now: Type.Number(), alerts: Type.Array(alertShape) }),
        ...failures,
      },
    },
    handler: async ({ query: { model, state } }) => {
      const desk = alertDeskOf(deps);
      const rows = await desk.list({ model: model ?? null, open: state === 'open' });
      return { now: desk.now(), alerts: rows.map(shownAlert) };
    },
  });
};
