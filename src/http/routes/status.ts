import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures, nullableNumber, nullableText } from '../shapes.ts';

const window = Type.Object({
  end: Type.Number({ description: 'Epoch milliseconds.' }),
  seconds: Type.Integer(),
  drifted: Type.Integer({ description: 'Findings of verdict drift.' }),
});

const model = Type.Object({
  model: Type.String(),
  environment: Type.String(),
  verdict: Type.String(),
  firing: Type.Boolean(),
  learning: nullableText,
  lastSeen: Type.Number(),
  baseline: nullableNumber,
  armed: Type.Boolean(),
  lastWindow: Type.Union([window, Type.Null()]),
});

const source = Type.Object({
  source: Type.String(),
  state: Type.Union([Type.String(), Type.Null()], { description: 'Null: another process reads it.' }),
  partitions: Type.Integer(),
  lag: Type.Number(),
  readUpTo: Type.Number({ description: 'Of the partition that is furthest behind, epoch milliseconds.' }),
});

const failing = Type.Object({
  job: Type.String(),
  model: Type.String(),
  started: Type.Number(),
  detail: Type.String(),
});

const overview = Type.Object({
  version: Type.String(),
  now: Type.Number(),
  ready: Type.Boolean(),
  reasons: Type.Array(Type.String()),
  storeUp: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null: this process does not ingest.' }),
  rowsPerSecond: Type.Number({ description: 'Stored by this process, mean of the last minute.' }),
  models: Type.Array(model),
  sources: Type.Array(source),
  failing: Type.Array(failing),
  receivers: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), trouble: Type.String() }), {
      description: 'Receivers that are not sent everything.',
    }),
  ),
});

/** How everything stands, in one answer. */
export const status: Route = (app, deps) => {
  const { overview: reader } = deps;
  if (reader === undefined) return;
  app.route({
    method: 'GET',
    url: '/v1/status',
    schema: {
      summary: 'How everything stands: models, sources, store, jobs that fail.',
      tags: ['status'],
      response: { 200: overview, ...failures },
    },
    handler: async () => {
      const now = await reader.overview();
      return {
        ...now,
        reasons: [...now.reasons],
        models: [...now.models],
        sources: [...now.sources],
        failing: [...now.failing],
        receivers: [...(now.receivers ?? [])],
      };
    },
  });
};
