import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures, limitQuery } from '../shapes.ts';

const reject = Type.Object({
  source: Type.String(),
  position: Type.String(),
  at: Type.Number(),
  reason: Type.String(),
  detail: Type.String(),
  content: Type.String(),
  payload: Type.String(),
});

const querystring = Type.Object(
  {
    reason: Type.Optional(Type.String({ maxLength: 64 })),
    source: Type.Optional(Type.String({ maxLength: 64 })),
    limit: limitQuery(100, 10_000),
  },
  { additionalProperties: false },
);

export const rejects: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/rejects',
    schema: {
      summary: 'Records that could not be used, newest first, and how many there are of each reason.',
      tags: ['status'],
      querystring,
      response: {
        200: Type.Object({ rejects: Type.Array(reject), counts: Type.Record(Type.String(), Type.Number()) }),
        ...failures,
      },
    },
    handler: async ({ query: { reason = null, source = null, limit } }) => {
      const [found, counts] = await Promise.all([
        deps.status.rejects({ reason, source, limit }),
        deps.status.rejectCounts(),
      ]);
      return { rejects: [...found], counts: { ...counts } };
    },
  });
};
