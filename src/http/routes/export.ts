import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { toLeewayError } from '../failure.ts';
import { plain } from '../finite.ts';
import { maybeMoment } from '../moment.ts';
import type { HttpDeps } from '../ports.ts';
import type { Route } from '../route.ts';
import { environmentQuery, failures, limitQuery, modelParams, momentQuery } from '../shapes.ts';

const querystring = Type.Object(
  {
    environment: environmentQuery,
    version: Type.Optional(Type.String({ maxLength: 128 })),
    from: momentQuery,
    to: momentQuery,
    labelled: Type.Boolean({ default: false, description: 'Only rows that have a label.' }),
    limit: limitQuery(1_000_000, 10_000_000),
  },
  { additionalProperties: false },
);

export const exportRows: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/models/:model/export',
    schema: {
      summary:
        'Rows of a model as NDJSON, with labels; event times in [from, to). A stream that ends early was cut off.',
      tags: ['models'],
      params: modelParams,
      querystring,
      produces: ['application/x-ndjson'],
      response: {
        200: Type.Unsafe<Readable>({ description: 'One JSON object a line.', type: 'string' }),
        ...failures,
      },
    },
    handler: async ({ params, query }, reply) => {
      const rows = deps.models.rows({
        model: params.model,
        environment: query.environment ?? null,
        version: query.version ?? null,
        from: maybeMoment(query.from, 'from'),
        to: maybeMoment(query.to, 'to'),
        labelled: query.labelled,
        limit: query.limit,
      });
      return reply.type('application/x-ndjson; charset=utf-8').send(await startedStream(rows, deps.problem));
    },
  });
};

type Row = Readonly<Record<string, unknown>>;

/** A stream of lines that already has its first row, so that an early failure still gets a proper answer. */
async function startedStream(rows: AsyncIterable<Row>, problem: HttpDeps['problem']): Promise<Readable> {
  const iterator = rows[Symbol.asyncIterator]();
  const first = await iterator.next();
  return Readable.from(linesOf(first, iterator, problem), { objectMode: false, highWaterMark: 65_536 });
}

async function* linesOf(
  first: IteratorResult<Row>,
  iterator: AsyncIterator<Row>,
  problem: HttpDeps['problem'],
): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) {
      yield `${JSON.stringify(plain(next.value))}\n`;
    }
  } catch (error) {
    // The status has been sent long ago: the connection is cut, and the cause is told here.
    problem({ code: toLeewayError(error).code, message: `An export was cut off: ${String(error)}` });
    throw error;
  } finally {
    await iterator.return?.();
  }
}
