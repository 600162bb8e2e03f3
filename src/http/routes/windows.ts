import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { environmentQuery, failures, limitQuery, modelParams } from '../shapes.ts';

const window = Type.Object({
  environment: Type.String(),
  start: Type.Number({ description: 'Epoch milliseconds.' }),
  end: Type.Number(),
  rows: Type.Number(),
  baseline: Type.Integer({ description: '0: none was active.' }),
  verdicts: Type.Record(Type.String(), Type.Integer(), { description: 'Findings by verdict.' }),
});

const querystring = Type.Object(
  {
    environment: environmentQuery,
    windowSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
    blind: Type.Boolean({ default: false, description: 'Only windows that could not be read in time.' }),
    limit: limitQuery(100, 10_000),
  },
  { additionalProperties: false },
);

export const windows: Route = (app, deps) => {
  const { windows: list } = deps;
  if (list === undefined) return;
  app.route({
    method: 'GET',
    url: '/v1/models/:model/windows',
    schema: {
      summary: 'Windows of a model that were looked at, newest first, with their findings by verdict.',
      tags: ['models'],
      params: modelParams,
      querystring,
      response: { 200: Type.Object({ windows: Type.Array(window) }), ...failures },
    },
    handler: async ({ params, query }) => {
      const { environment = null, windowSeconds = null, blind, limit } = query;
      const found = await list.windows({ model: params.model, environment, windowSeconds, blind, limit });
      return {
        windows: found.map(one => ({ ...one, verdicts: { ...one.verdicts } as Record<string, number> })),
      };
    },
  });
};
