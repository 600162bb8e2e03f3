import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures, limitQuery } from '../shapes.ts';

const run = Type.Object({
  job: Type.String(),
  model: Type.String(),
  started: Type.Number(),
  finished: Type.Number(),
  outcome: Type.String(),
  detail: Type.String(),
});

export const jobs: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/jobs',
    schema: {
      summary: 'Runs of the scheduled jobs, newest first.',
      tags: ['status'],
      querystring: Type.Object({ limit: limitQuery(100, 10_000) }, { additionalProperties: false }),
      response: { 200: Type.Object({ jobs: Type.Array(run) }), ...failures },
    },
    handler: async ({ query }) => ({ jobs: [...(await deps.status.jobs(query.limit))] }),
  });
};
