import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { FileDoor } from '../file-door.ts';
import type { Route, RouteDeps } from '../route.ts';
import { failures, nullableNumber } from '../shapes.ts';

const fileParams = Type.Object({
  file: Type.String({
    pattern: '^[0-9a-f]{16}$',
    description: 'First 16 hex digits of the SHA-256 of its bytes.',
  }),
});

const layout = Type.String({
  pattern: '^[0-9a-f]{8}$',
  description: 'Hash of the options that decide what a row becomes.',
});

const name = Type.Optional(Type.String({ minLength: 1, maxLength: 128 }));

const rowsQuery = Type.Object(
  {
    layout,
    from: Type.Integer({ minimum: 0, description: 'Number of the first row in the file, from 0.' }),
    rows: Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many rows the body holds.' }),
    left: Type.Integer({ minimum: 0, description: 'Rows of the file behind these.' }),
    time: Type.Optional(
      Type.Number({ description: 'Time of rows that have none, as it was answered before.' }),
    ),
    model: name,
    environment: name,
    mapping: name,
    dry: Type.Optional(Type.Boolean({ description: 'Only decode, and say what would be refused.' })),
  },
  { additionalProperties: false },
);

const answer = Type.Object({
  stored: Type.Integer({ description: 'Inferences that were not there before.' }),
  known: Type.Integer({ description: 'Inferences that were there already.' }),
  labels: Type.Integer(),
  ignored: Type.Integer({ description: 'Rows of erased ids.' }),
  nameless: Type.Integer({ description: 'Rows known by their place in the file, having no id.' }),
  refused: Type.Array(Type.Object({ row: Type.Integer(), reason: Type.String(), detail: Type.String() })),
});

const access = 'ingest' as const;

const limits: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/files/limits',
    config: { access },
    schema: {
      summary: 'Settings that decide which rows of files are taken.',
      tags: ['intake'],
      response: { 200: Type.Object({ rawDays: Type.Number() }), ...failures },
    },
    handler: async () => door(deps).limits(),
  });
};

const openFile: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/files/:file',
    config: { access },
    schema: {
      summary: 'How far a file was stored before.',
      tags: ['intake'],
      params: fileParams,
      body: Type.Object({ layout, now: Type.Boolean() }, { additionalProperties: false }),
      response: {
        200: Type.Object({ rows: Type.Integer(), rejected: Type.Integer(), time: nullableNumber }),
        ...failures,
      },
    },
    handler: ({ params, body }) => deps.patience.wait(() => door(deps).open({ ...params, ...body })),
  });
};

const takeRows: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/files/:file/rows',
    config: { access, rawBody: true },
    schema: {
      summary: 'Stores rows of a file, one a line; safe to repeat.',
      tags: ['intake'],
      consumes: ['application/x-ndjson'],
      params: fileParams,
      querystring: rowsQuery,
      body: Type.Unsafe<Buffer>({ 'x-bytes': true, description: 'NDJSON.' }),
      response: { 200: answer, ...failures },
    },
    handler: async ({ params, query, body }) => {
      const { rows, time = null, model = '', environment = '', mapping = '', ...rest } = query;
      const batch = { ...params, ...rest, time, model, environment, mapping };
      const bytes = body ?? Buffer.alloc(0);
      const found = await deps.patience.wait(() => door(deps).take(batch, bytes, rows));
      return { ...found, refused: [...found.refused] };
    },
  });
};

/** Rows of files: how far a file is stored, and more rows of it. What `leeway ingest` speaks. */
export const files: Route = (app, deps) => {
  limits(app, deps);
  openFile(app, deps);
  takeRows(app, deps);
};

function door({ files: port }: RouteDeps): FileDoor {
  if (port === undefined)
    throw new LeewayError('LW_NOT_READY', 'this process was started without the role ingest');
  return port;
}
