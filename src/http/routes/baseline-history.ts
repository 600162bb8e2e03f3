import { Type } from 'typebox';
import { finite } from '../finite.ts';
import type { BaselineHistory } from '../operate-ports.ts';
import type { HttpApp, Route } from '../route.ts';
import { baselineShape, failures, modelParams, nullableNumber } from '../shapes.ts';

const number = Type.Integer({ minimum: 1, maximum: 4_294_967_295 });

const subject = Type.Object({
  subject: Type.String(),
  kind: Type.String(),
  aside: Type.String({ description: 'Empty for a subject that is tested, otherwise why it was set aside.' }),
  rows: Type.Number(),
  missing: Type.Number({ description: 'Share of missing values.' }),
  bins: Type.Integer(),
  low: nullableNumber,
  high: nullableNumber,
  mean: nullableNumber,
  categories: Type.Array(Type.String()),
});

const compared = Type.Object({
  subject: Type.String(),
  state: Type.String(),
  effect: nullableNumber,
  effectLow: nullableNumber,
  effectHigh: nullableNumber,
  p: nullableNumber,
  missing: nullableNumber,
  missingBefore: nullableNumber,
});

/** What is in a baseline, how two differ, and the way back to the one before. */
export const baselineHistory: Route = (app, { history }) => {
  if (history === undefined) return;
  addShow(app, history);
  addCompare(app, history);
  addRollBack(app, history);
};

function addShow(app: HttpApp, history: BaselineHistory): void {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/baselines/:baseline',
    schema: {
      summary: 'One baseline with its subjects.',
      tags: ['baselines'],
      params: Type.Object({ ...modelParams.properties, baseline: number }),
      response: {
        200: Type.Object({ ...baselineShape.properties, subjects: Type.Array(subject) }),
        ...failures,
      },
    },
    handler: async ({ params }) => {
      const { subjects, ...baseline } = await history.show(params.model, params.baseline);
      const shown = subjects.map(one => ({
        ...one,
        mean: one.mean === null ? null : finite(one.mean),
        categories: [...one.categories],
      }));
      return { ...baseline, subjects: shown };
    },
  });
}

function addCompare(app: HttpApp, history: BaselineHistory): void {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/baselines/:baseline/against/:other',
    schema: {
      summary: 'How a baseline differs from another one, by subject, largest effect first.',
      tags: ['baselines'],
      params: Type.Object({ ...modelParams.properties, baseline: number, other: number }),
      response: { 200: Type.Object({ subjects: Type.Array(compared) }), ...failures },
    },
    handler: async ({ params: { model, baseline, other } }) => {
      const found = await history.compare(model, other, baseline);
      const shown = (value: number | null) => (value === null ? null : finite(value));
      return {
        subjects: found.map(one => ({
          ...one,
          effect: shown(one.effect),
          effectLow: shown(one.effectLow),
          effectHigh: shown(one.effectHigh),
          p: shown(one.p),
          missing: shown(one.missing),
          missingBefore: shown(one.missingBefore),
        })),
      };
    },
  });
}

function addRollBack(app: HttpApp, history: BaselineHistory): void {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/rollback',
    schema: {
      summary: 'Judge a model by the baseline that was active before the present one.',
      tags: ['baselines'],
      params: modelParams,
      body: Type.Object(
        {
          by: Type.Optional(Type.String({ maxLength: 128 })),
          dryRun: Type.Optional(Type.Boolean({ description: 'Only say what would happen.' })),
        },
        { additionalProperties: false },
      ),
      response: {
        200: Type.Object({
          from: Type.Integer(),
          to: Type.Integer(),
          at: Type.Number(),
          done: Type.Boolean(),
        }),
        ...failures,
      },
    },
    handler: ({ params, body: { by = 'api', dryRun = false } }) =>
      history.rollBack({ model: params.model, by, dryRun }),
  });
}
