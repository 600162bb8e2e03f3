import { Type } from 'typebox';
import type { Route } from '../route.ts';

/** Alive at all: says nothing of what it depends on. */
export const health: Route = app => {
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { access: 'open' },
    schema: {
      summary: 'Whether the process answers.',
      tags: ['status'],
      response: { 200: Type.Object({ status: Type.String() }) },
    },
    handler: async () => ({ status: 'ok' }),
  });
};

const readiness = Type.Object({
  ready: Type.Boolean(),
  reasons: Type.Array(Type.String()),
  /** Of several processes one leads: it profiles, judges and acts. Absent where there is one. */
  leader: Type.Optional(Type.Boolean()),
  election: Type.Optional(Type.String()),
});

/** Able to do its work: 503 with the reasons otherwise. */
export const ready: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'open' },
    schema: {
      summary: 'Whether the service can do its work, and if not, why.',
      tags: ['status'],
      response: { 200: readiness, 503: readiness },
    },
    handler: async (_request, reply) => {
      const reasons = [...deps.status.unready()];
      return reply
        .code(reasons.length === 0 ? 200 : 503)
        .send({ ready: reasons.length === 0, reasons, ...deps.status.leadership?.() });
    },
  });
};
