import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { LeewayError } from '../../lib/errors.ts';
import { moment } from '../moment.ts';
import type { BaselineSummary, BaselineUpload } from '../ports.ts';
import type { Route } from '../route.ts';
import { baselineShape, environmentQuery, failures, modelParams, momentValue } from '../shapes.ts';

const range = Type.Object({ from: momentValue, to: momentValue }, { additionalProperties: false });

const querystring = Type.Object(
  {
    activate: Type.Boolean({ default: false, description: 'Judge by it from now on.' }),
    note: Type.String({ default: '', maxLength: 500 }),
    environment: environmentQuery,
    text: Type.String({
      default: '',
      maxLength: 10_000,
      description:
        'Columns of a CSV or Parquet file that are text though they look like numbers, with commas between.',
    }),
  },
  { additionalProperties: false },
);

const rowsOrPeriod = Type.Unsafe<Buffer>({
  'x-bytes': true,
  description:
    'Rows (application/x-ndjson, text/csv, application/vnd.apache.parquet, or a JSON array), or the JSON object {from, to}: a period of stored rows.',
});

export const createBaseline: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/baselines',
    config: { rawBody: true, mostBytes: deps.limits.uploadBytes },
    bodyLimit: deps.limits.uploadBytes,
    schema: {
      summary: 'Make a baseline from uploaded rows or from a period of stored ones.',
      tags: ['baselines'],
      consumes: ['application/json', 'application/x-ndjson', 'text/csv', 'application/vnd.apache.parquet'],
      params: modelParams,
      querystring,
      body: rowsOrPeriod,
      response: { 201: baselineShape, ...failures },
    },
    handler: async ({ params, query, body: bytes, headers }, reply) => {
      const { activate, note, environment = null } = query;
      const text = query.text === '' ? [] : query.text.split(',').map(name => name.trim());
      const rows = bytes ?? Buffer.alloc(0);
      const format = formatOf(headers['content-type'] ?? '', rows);
      if (text.length > 0 && format !== 'csv' && format !== 'parquet')
        throw new LeewayError(
          'LW_REQUEST_INVALID',
          'text goes with CSV and Parquet: JSON says itself what is text.',
        );
      const upload = { model: params.model, format, body: rows, activate, note };
      const period = format === 'json' ? periodOf(rows) : null;
      const made: BaselineSummary =
        period === null
          ? await deps.baselines.upload(text.length === 0 ? upload : { ...upload, text })
          : await deps.baselines.cut({ model: params.model, environment, ...period, activate, note });
      return reply.code(201).send(made);
    },
  });
};

/** Format by content type; without a telling one by how the body begins. */
function formatOf(contentType: string, body: Buffer): BaselineUpload['format'] {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (type === 'text/csv') return 'csv';
  if (/ndjson|jsonl|jsonlines/.test(type)) return 'ndjson';
  if (/parquet/.test(type) || body.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  return 'json';
}

/** The period a JSON body asks for; null when it holds rows. */
function periodOf(body: Buffer): { from: number; to: number } | null {
  const start = body.subarray(0, 65_536).toString('utf8').trimStart();
  if (body.length > 65_536 || !start.startsWith('{')) return null;
  let value: unknown;
  try {
    value = JSON.parse(start);
  } catch {
    return null;
  }
  if (!Value.Check(range, value)) {
    throw new LeewayError('LW_REQUEST_INVALID', 'The body is neither {from, to} nor an array of rows.');
  }
  const [from, to] = [moment(value.from, 'from'), moment(value.to, 'to')];
  if (from >= to) throw new LeewayError('LW_REQUEST_INVALID', 'from must lie before to.');
  return { from, to };
}
