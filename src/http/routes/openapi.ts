import type { Route } from '../route.ts';

/** The description of every route, made from their schemas. */
export const openapi: Route = app => {
  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: { hide: true },
    handler: async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  });
};
