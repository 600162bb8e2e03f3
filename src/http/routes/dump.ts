import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { DumpDoor } from '../dump-door.ts';
import type { Route, RouteDeps } from '../route.ts';
import { failures } from '../shapes.ts';

const table = Type.String({ pattern: '^[a-z][a-z0-9_]{0,63}$' });
const copy = Type.String({
  pattern: '^[0-9]{1,12}_[0-9a-f]{8}$',
  description: 'As it was named when it was made.',
});
const offset = Type.Integer({ minimum: 0 });

const piece = Type.Object(
  {
    part: Type.String({ maxLength: 256 }),
    partition: Type.String({ maxLength: 256 }),
    from: offset,
    to: offset,
  },
  { additionalProperties: false },
);

const snapshot = Type.Object({
  copy,
  schema: Type.Array(Type.Object({ number: Type.Integer(), name: Type.String() })),
  at: Type.Number(),
  tables: Type.Array(
    Type.Object({ name: Type.String(), columns: Type.Array(Type.String()), pieces: Type.Array(piece) }),
  ),
});

const access = 'admin' as const;

const begin: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/dump',
    config: { access },
    schema: {
      summary: 'Copy all tables as they are now (links, no rows are moved), to be read piece by piece.',
      tags: ['store'],
      response: { 200: snapshot, ...failures },
    },
    handler: async () => {
      const { copy: made, schema, at, tables } = await door(deps).begin();
      const listed = tables.map(({ name, columns, pieces }) => ({
        name,
        columns: [...columns],
        pieces: [...pieces],
      }));
      return { copy: made, schema: [...schema], at, tables: listed };
    },
  });
};

const pieces: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/dump/:table/rows',
    config: { access },
    schema: {
      summary: 'One piece of the copy, as ClickHouse Native blocks.',
      tags: ['store'],
      params: Type.Object({ table }),
      querystring: Type.Object({ copy, ...piece.properties }, { additionalProperties: false }),
      response: { 200: Type.Unsafe<Buffer>({ 'x-bytes': true }), ...failures },
    },
    handler: async ({ params, query }, reply) => {
      const { copy: named, ...asked } = query;
      const bytes = await door(deps).read({ copy: named, table: params.table }, asked);
      return reply.type('application/octet-stream').send(Buffer.from(bytes));
    },
  });
};

const fingerprints: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/dump/:table',
    config: { access },
    schema: {
      summary: 'Rows of a table of the copy, and a checksum over them.',
      tags: ['store'],
      params: Type.Object({ table }),
      querystring: Type.Object({ copy }, { additionalProperties: false }),
      response: { 200: Type.Object({ rows: Type.Integer(), checksum: Type.String() }), ...failures },
    },
    handler: ({ params, query }) => door(deps).fingerprint({ copy: query.copy, table: params.table }),
  });
};

const finish: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/dump/end',
    config: { access },
    schema: {
      summary: 'Drop the copy.',
      tags: ['store'],
      body: Type.Object({ copy }, { additionalProperties: false }),
      response: { 200: Type.Object({ dropped: Type.Boolean() }), ...failures },
    },
    handler: async ({ body }) => {
      await door(deps).end(body.copy);
      return { dropped: true };
    },
  });
};

/** The whole store piece by piece: what `leeway export` reads from a running service. For admins alone. */
export const dump: Route = (app, deps) => {
  begin(app, deps);
  pieces(app, deps);
  fingerprints(app, deps);
  finish(app, deps);
};

function door({ dump: port }: RouteDeps): DumpDoor {
  if (port === undefined) throw new LeewayError('LW_NOT_READY', 'this process has no store to export');
  return port;
}
