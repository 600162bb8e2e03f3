import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import { moment } from '../moment.ts';
import type { ReingestDoor } from '../reingest-door.ts';
import type { Route, RouteDeps } from '../route.ts';
import { failures, momentValue } from '../shapes.ts';

const order = Type.Object(
  {
    source: Type.String({ minLength: 1, maxLength: 64 }),
    model: Type.String({
      default: '',
      maxLength: 128,
      description: 'Only rows of this model; empty: of all.',
    }),
    from: momentValue,
    to: momentValue,
    dryRun: Type.Boolean({ default: false, description: 'Only say what would be done.' }),
  },
  { additionalProperties: false },
);

const missing = Type.Array(
  Type.Object({
    partition: Type.String(),
    first: Type.Integer(),
    last: Type.Integer(),
    rows: Type.Integer({ description: 'Rows of these offsets that are still stored.' }),
  }),
  { description: 'Offsets that could not be read again: the brokers no longer hold them.' },
);

const planned = Type.Object({
  ranges: Type.Array(Type.Object({ partition: Type.String(), first: Type.Integer(), last: Type.Integer() })),
  records: Type.Integer(),
  rowsOfTime: Type.Integer(),
  rows: Type.Integer(),
  labels: Type.Integer(),
  rejects: Type.Integer(),
  unfinished: Type.Boolean(),
  missing,
});

const state = Type.Object({
  state: Type.String(),
  read: Type.Integer(),
  of: Type.Integer(),
  stored: Type.Integer(),
  labels: Type.Integer(),
  refused: Type.Integer(),
  missing,
  error: Type.String(),
});

const byModel = Type.Array(Type.Object({ model: Type.String(), rows: Type.Integer() }));

const counts = Type.Object({
  rows: Type.Integer(),
  labels: Type.Integer(),
  rejects: Type.Integer(),
  models: byModel,
  others: byModel,
});

const removal = Type.Object(
  {
    dryRun: Type.Boolean(),
    model: Type.String({
      default: '',
      maxLength: 128,
      description: 'Only rows of this model; empty: of all.',
    }),
  },
  { additionalProperties: false },
);

const access = 'admin' as const;

const startReingest: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/reingest',
    config: { access },
    schema: {
      summary: 'Remove the rows of a Kafka source and time, and read their positions again. One at a time.',
      tags: ['store'],
      body: order,
      response: { 200: planned, 202: state, ...failures },
    },
    handler: async ({ body }, reply) => {
      const { source, model, dryRun } = body;
      const asked = { source, model, from: moment(body.from, 'from'), to: moment(body.to, 'to') };
      if (asked.from >= asked.to) throw new LeewayError('LW_REQUEST_INVALID', 'from must lie before to.');
      const plan = await door(deps).plan(asked);
      if (dryRun)
        return reply.code(200).send({ ...plan, ranges: [...plan.ranges], missing: [...plan.missing] });
      const started = await door(deps).start(asked);
      return reply.code(202).send({ ...started, missing: [...started.missing] });
    },
  });
};

const readReingest: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/reingest',
    config: { access },
    schema: {
      summary: 'How the last reingest since the start of the service stands.',
      tags: ['store'],
      response: { 200: state, ...failures },
    },
    handler: async () => {
      const found = door(deps).state();
      if (found === null)
        throw new LeewayError('LW_NOT_FOUND', 'There was no reingest since the service was started.');
      return { ...found, missing: [...found.missing] };
    },
  });
};

const removeFile: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/files/:file/remove',
    config: { access },
    schema: {
      summary: 'Remove what was stored of a file, or (dryRun) count it.',
      tags: ['store'],
      params: Type.Object({ file: Type.String({ pattern: '^[0-9a-f]{16}$' }) }),
      body: removal,
      response: { 200: counts, ...failures },
    },
    handler: async ({ params, body }) => {
      const found = await door(deps).removeFile(params.file, !body.dryRun, body.model);
      return { ...found, models: [...found.models], others: [...found.others] };
    },
  });
};

/** Rows removed by where they came from, and read again as the source is configured now. */
export const reingest: Route = (app, deps) => {
  startReingest(app, deps);
  readReingest(app, deps);
  removeFile(app, deps);
};

function door({ reingest: port }: RouteDeps): ReingestDoor {
  if (port === undefined)
    throw new LeewayError('LW_NOT_READY', 'this process was started without the role ingest');
  return port;
}
