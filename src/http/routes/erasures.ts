import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import { parseIdList } from '../../lib/id-list.ts';
import type { ErasureDesk } from '../erasure-desk.ts';
import type { HttpApp, Route, RouteDeps } from '../route.ts';
import { failures, modelParams, nullableNumber } from '../shapes.ts';

const summary = Type.Object({
  model: Type.String(),
  ids: Type.Integer({ description: 'Ids that are kept out from now on.' }),
  rows: Type.Integer({ description: 'Inferences removed.' }),
  labels: Type.Integer({ description: 'Labels removed.' }),
  rejects: Type.Integer({ description: 'Rejects whose kept payload was cleared, of whichever id it was.' }),
  purged: nullableNumber,
});

const querystring = Type.Object(
  {
    purge: Type.Boolean({
      default: false,
      description:
        'Rewrite the files at once, instead of in the night, so that they hold the rows no longer.',
    }),
  },
  { additionalProperties: false },
);

const body = Type.Unsafe<Buffer>({
  'x-bytes': true,
  description: 'Ids, one a line: as text, or as JSON objects with `id`.',
});

/** Erases one id, or a file of them. */
export const erasures: Route = (app, deps) => {
  eraseOne(app, deps);
  eraseMany(app, deps);
};

function eraseOne(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'DELETE',
    url: '/v1/models/:model/inferences/:id',
    config: { access: 'admin' },
    schema: {
      summary:
        'Remove an inference with its labels and the rows `id#0`, `id#1`, ..., and keep them out for ever.',
      tags: ['models'],
      params: Type.Object({ ...modelParams.properties, id: Type.String({ minLength: 1, maxLength: 128 }) }),
      querystring,
      response: { 200: summary, ...failures },
    },
    handler: async ({ params: { model, id }, query }) => deskOf(deps).erase({ model, ids: [id], ...query }),
  });
}

function eraseMany(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/erasures',
    config: { access: 'admin', rawBody: true },
    schema: {
      summary: 'Remove the inferences of a list of ids, with their labels, and keep them out for ever.',
      tags: ['models'],
      consumes: ['text/plain', 'application/x-ndjson'],
      params: modelParams,
      querystring,
      body,
      response: { 200: summary, ...failures },
    },
    handler: async ({ params: { model }, query, body: bytes }) => {
      const ids = parseIdList((bytes ?? Buffer.alloc(0)).toString('utf8'), 'LW_BODY_INVALID');
      if (ids.length === 0) throw new LeewayError('LW_BODY_INVALID', 'The body holds no id.');
      return deskOf(deps).erase({ model, ids, ...query });
    },
  });
}

function deskOf({ erasures: desk }: RouteDeps): ErasureDesk {
  if (desk === undefined) throw new LeewayError('LW_NOT_READY', 'this process cannot erase');
  return desk;
}
