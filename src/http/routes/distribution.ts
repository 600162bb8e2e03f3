import { Type } from 'typebox';
import type { Profile } from '../../domain/profile.ts';
import { LeewayError } from '../../lib/errors.ts';
import { plotBins } from '../histogram.ts';
import type { Route } from '../route.ts';
import { environmentQuery, failures, modelParams, nullableNumber } from '../shapes.ts';

const side = Type.Object({
  n: Type.Number(),
  nMissing: Type.Number(),
  nNan: Type.Number(),
  nMismatch: Type.Number(),
});

const answer = Type.Object({
  subject: Type.String(),
  kind: Type.String(),
  baseline: Type.Integer(),
  windowStart: Type.Number(),
  windowSeconds: Type.Number(),
  reference: side,
  current: side,
  bins: Type.Array(
    Type.Object({
      label: Type.String(),
      low: nullableNumber,
      high: nullableNumber,
      reference: Type.Number({ description: 'Share of all rows, missing ones included.' }),
      current: Type.Number(),
    }),
  ),
});

const querystring = Type.Object(
  {
    subject: Type.String({ minLength: 1, maxLength: 512 }),
    windowStart: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Epoch seconds; absent: the latest.' }),
    ),
    windowSeconds: Type.Integer({ minimum: 1, default: 86_400 }),
    environment: environmentQuery,
  },
  { additionalProperties: false },
);

export const distribution: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/distribution',
    schema: {
      summary: 'One subject of a window beside its baseline, in bins for a plot.',
      tags: ['models'],
      params: modelParams,
      querystring,
      response: { 200: answer, ...failures },
    },
    handler: async ({ params, query }) => {
      const { subject, windowSeconds } = query;
      const raw = await deps.models.distribution({
        model: params.model,
        environment: query.environment ?? null,
        subject,
        windowStart: query.windowStart ?? null,
        windowSeconds,
      });
      if (raw === null) {
        throw new LeewayError(
          'LW_NOT_FOUND',
          `There is no profile of "${subject}" of "${params.model}" in this window.`,
          undefined,
          'GET /v1/models/MODEL lists the subjects, GET /v1/models/MODEL/windows the windows.',
        );
      }
      const { binning, baseline, windowStart, reference, current } = raw;
      const bins = plotBins(binning, reference, current);
      const place = {
        subject: binning.subject,
        kind: binning.kind,
        baseline,
        windowStart,
        windowSeconds: raw.windowSeconds,
      };
      return { ...place, reference: counts(reference), current: counts(current), bins };
    },
  });
};

function counts({ n, nMissing, nNan, nMismatch }: Profile) {
  return { n, nMissing, nNan, nMismatch };
}
