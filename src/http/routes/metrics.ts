import { Type } from 'typebox';
import type { Route } from '../route.ts';

export const metrics: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: {
      summary: 'Metrics for Prometheus (docs/metrics.md).',
      tags: ['status'],
      produces: ['text/plain'],
      response: { 200: Type.String() },
    },
    handler: async (_request, reply) =>
      reply.type(deps.metrics.contentType).send(await deps.metrics.metrics()),
  });
};
