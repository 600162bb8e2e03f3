import { Type } from 'typebox';
import { finite } from '../finite.ts';
import type { Route } from '../route.ts';
import { failures, nullableNumber, nullableText } from '../shapes.ts';

const worst = Type.Object({
  subject: Type.String(),
  check: Type.String(),
  effect: nullableNumber,
  tolerance: nullableNumber,
  windowSeconds: Type.Integer(),
  sentence: Type.String(),
});

const model = Type.Object({
  model: Type.String(),
  environment: Type.String(),
  versions: Type.Array(Type.String()),
  rows: Type.Number(),
  firstSeen: Type.Number(),
  lastSeen: Type.Number(),
  baseline: nullableNumber,
  learning: nullableText,
  verdict: Type.String(),
  firing: Type.Boolean(),
  worst: Type.Union([worst, Type.Null()]),
  armed: Type.Boolean(),
});

export const models: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models',
    schema: {
      summary: 'The watched models, each with its worst finding.',
      tags: ['models'],
      response: { 200: Type.Object({ models: Type.Array(model) }), ...failures },
    },
    handler: async () => {
      const all = await deps.models.list();
      return { models: all.map(one => ({ ...one, versions: [...one.versions], worst: worstOf(one.worst) })) };
    },
  });
};

function worstOf<T extends { readonly effect: number; readonly tolerance: number }>(one: T | null) {
  return one === null ? null : { ...one, effect: finite(one.effect), tolerance: finite(one.tolerance) };
}
