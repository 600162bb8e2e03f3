import { Type } from 'typebox';
import type { Finding } from '../../domain/finding.ts';
import { finite, plain } from '../finite.ts';
import { maybeMoment } from '../moment.ts';
import type { Route } from '../route.ts';
import {
  environmentQuery,
  failures,
  limitQuery,
  modelParams,
  momentQuery,
  nullableNumber,
} from '../shapes.ts';

const finding = Type.Object({
  model: Type.String(),
  environment: Type.String(),
  check: Type.String(),
  subject: Type.String(),
  version: Type.String(),
  segment: Type.String(),
  windowStart: Type.Number({ description: 'Epoch seconds.' }),
  windowSeconds: Type.Number(),
  generation: Type.String({ description: 'A whole number of 64 bits, as text.' }),
  verdict: Type.String(),
  calibration: Type.String(),
  noiseVersion: Type.Number(),
  p: nullableNumber,
  alpha: nullableNumber,
  effect: nullableNumber,
  effectLow: nullableNumber,
  effectHigh: nullableNumber,
  tolerance: nullableNumber,
  n: Type.Number(),
  nReference: Type.Number(),
  smallestDetectable: nullableNumber,
  baseline: Type.Number(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  sentence: Type.String(),
});

const querystring = Type.Object(
  {
    environment: environmentQuery,
    check: Type.Optional(Type.String({ maxLength: 64 })),
    subject: Type.Optional(Type.String({ maxLength: 512 })),
    windowSeconds: Type.Optional(Type.Integer({ minimum: 1 })),
    from: momentQuery,
    to: momentQuery,
    limit: limitQuery(1000, 50_000),
  },
  { additionalProperties: false },
);

export const findings: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/findings',
    schema: {
      summary: 'Findings of a model, newest window first; windows that end after from, and at to or before.',
      tags: ['models'],
      params: modelParams,
      querystring,
      response: { 200: Type.Object({ findings: Type.Array(finding) }), ...failures },
    },
    handler: async ({ params, query }) => {
      const found = await deps.models.findings({
        model: params.model,
        environment: query.environment ?? null,
        check: query.check ?? null,
        subject: query.subject ?? null,
        windowSeconds: query.windowSeconds ?? null,
        from: maybeMoment(query.from, 'from'),
        to: maybeMoment(query.to, 'to'),
        limit: query.limit,
      });
      return { findings: found.map(shown) };
    },
  });
};

/** A finding as JSON can carry it. */
function shown(one: Finding) {
  return {
    ...one,
    generation: one.generation.toString(),
    p: finite(one.p),
    alpha: finite(one.alpha),
    effect: finite(one.effect),
    effectLow: finite(one.effectLow),
    effectHigh: finite(one.effectHigh),
    tolerance: finite(one.tolerance),
    smallestDetectable: finite(one.smallestDetectable),
    detail: plain(one.detail) as Record<string, unknown>,
  };
}
