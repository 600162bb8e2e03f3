import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { TableQuery } from '../export-door.ts';
import { createExportStreams } from '../export-stream.ts';
import { plain } from '../finite.ts';
import { maybeMoment } from '../moment.ts';
import type { Route, RouteDeps } from '../route.ts';
import { environmentQuery, failures, modelParams, momentQuery } from '../shapes.ts';

/** Exports that may run at once, and how long a receiver may take nothing. */
const usual = { most: 2, stallMs: 120_000 };

const types = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
} as const;

const querystring = Type.Object(
  {
    format: Type.Union([Type.Literal('ndjson'), Type.Literal('csv'), Type.Literal('parquet')], {
      default: 'ndjson',
      description: 'ndjson: payload version 1, one object a row. csv, parquet: a column for each feature.',
    }),
    environment: environmentQuery,
    version: Type.Optional(Type.String({ maxLength: 128 })),
    from: momentQuery,
    to: momentQuery,
    labels: Type.Union([Type.Literal('any'), Type.Literal('only')], {
      default: 'any',
      description: 'only: rows that have a label.',
    }),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, description: 'At most so many rows, of ndjson; without it, all.' }),
    ),
  },
  { additionalProperties: false },
);

export const exportRows: Route = (app, deps) => {
  const streams = createExportStreams({ ...usual, ...deps.limits.exports }, deps.problem);
  app.addHook('preClose', async () => streams.stop());
  app.route({
    method: 'GET',
    url: '/v1/models/:model/export',
    exposeHeadRoute: false,
    schema: {
      summary: `Rows of a model with their labels, copies collapsed, event times in [from, to). A transfer that breaks off was cut. At most ${usual.most} at once.`,
      tags: ['models'],
      params: modelParams,
      querystring,
      produces: ['application/x-ndjson', 'text/csv', 'application/vnd.apache.parquet'],
      response: {
        200: Type.Unsafe<Readable>({ description: 'The rows, streamed.', type: 'string' }),
        ...failures,
      },
    },
    handler: async ({ params, query }, reply) => {
      const { format } = query;
      const asked = {
        model: params.model,
        environment: query.environment ?? null,
        version: query.version ?? null,
        from: maybeMoment(query.from, 'from'),
        to: maybeMoment(query.to, 'to'),
        labelled: query.labels === 'only',
      };
      if (format !== 'ndjson' && query.limit !== undefined)
        throw new LeewayError(
          'LW_REQUEST_INVALID',
          'limit goes with format=ndjson; ask for a shorter period.',
        );
      const pieces =
        format === 'ndjson'
          ? linesOf(deps.models.rows({ ...asked, limit: query.limit ?? Number.MAX_SAFE_INTEGER }))
          : tableOf(deps, { ...asked, format });
      const stream = await streams.start(pieces);
      return reply
        .type(types[format])
        .header('content-disposition', `attachment; filename="${fileName(params.model)}.${format}"`)
        .send(stream);
    },
  });
};

function tableOf({ exports: door }: RouteDeps, query: TableQuery): AsyncGenerator<Uint8Array> {
  if (door === undefined) throw new LeewayError('LW_NOT_READY', 'this process has no store to export');
  return door.table(query);
}

/** Text handed on at once, characters. */
const chunkLength = 65_536;

/** The first row by itself, for it tells that there are any; the others many at a time. */
async function* linesOf(rows: AsyncIterable<Readonly<Record<string, unknown>>>): AsyncGenerator<string> {
  let text = '';
  let most = 0;
  for await (const row of rows) {
    text += `${JSON.stringify(plain(row))}\n`;
    if (text.length <= most) continue;
    yield text;
    text = '';
    most = chunkLength;
  }
  if (text !== '') yield text;
}

/** What every file system takes; the name of a model may hold anything. */
function fileName(model: string): string {
  return model.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_');
}
