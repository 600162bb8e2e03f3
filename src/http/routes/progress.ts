import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures } from '../shapes.ts';

const partition = Type.Object({
  source: Type.String(),
  partition: Type.String(),
  position: Type.String(),
  watermark: Type.Number(),
  lag: Type.Number(),
  at: Type.Number(),
});

export const progress: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/progress',
    schema: {
      summary: 'How far each partition of each source has been read.',
      tags: ['status'],
      response: { 200: Type.Object({ progress: Type.Array(partition) }), ...failures },
    },
    handler: async () => ({ progress: [...(await deps.status.progress())] }),
  });
};
