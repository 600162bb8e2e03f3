import { Type } from 'typebox';
import type { Intake } from '../ports.ts';
import type { HttpApp, RouteDeps } from '../route.ts';
import { failures } from '../shapes.ts';

const answer = Type.Object({
  stored: Type.Integer({ description: 'Inferences stored.' }),
  labels: Type.Integer({ description: 'Labels stored.' }),
  refused: Type.Array(Type.Object({ index: Type.Integer(), reason: Type.String(), detail: Type.String() }), {
    description: 'What was not taken: place in the request from 0, reason (docs/formats.md), detail.',
  }),
  idempotent: Type.Optional(
    Type.Boolean({
      description: 'True when this Idempotency-Key was answered before; nothing was stored again.',
    }),
  ),
});

const headers = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'Makes a retry safe for rows without ids.',
    }),
  ),
});

const body = Type.Unsafe<Buffer>({
  'x-bytes': true,
  description:
    'One JSON object, an array of objects, or NDJSON; payload version 1 of docs/formats.md. gzip is read.',
});

export interface IntakeRoute {
  readonly url: string;
  readonly summary: string;
  readonly intake: Intake;
}

/** A route that takes rows and answers when they are stored: 200, or 422 when every row was refused. */
export function addIntake(app: HttpApp, deps: RouteDeps, { url, summary, intake }: IntakeRoute): void {
  app.route({
    method: 'POST',
    url,
    config: { rawBody: true },
    schema: {
      summary,
      tags: ['intake'],
      consumes: ['application/json', 'application/x-ndjson'],
      headers,
      body,
      response: { 200: answer, 422: answer, ...failures },
    },
    handler: async (request, reply) => {
      const bytes = request.body ?? Buffer.alloc(0);
      const type = request.headers['content-type'] ?? '';
      const key = request.headers['idempotency-key'] ?? null;
      const result = await deps.patience.wait(() => intake.ingest(bytes, type, key));
      const nothing = result.stored === 0 && result.labels === 0 && result.refused.length > 0;
      const { stored, labels, refused, idempotent } = result;
      return reply
        .code(nothing ? 422 : 200)
        .send({ stored, labels, refused: [...refused], ...(idempotent === undefined ? {} : { idempotent }) });
    },
  });
}
