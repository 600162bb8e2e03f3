import { Type } from 'typebox';
import type { SilenceRow } from '../control-ports.ts';
import { actorOf, bySchema, noteSchema, silenceDeskOf, texts } from '../control-shapes.ts';
import { maybeMoment } from '../moment.ts';
import type { HttpApp, Route, RouteDeps } from '../route.ts';
import { failures, limitQuery, momentValue, nullableNumber } from '../shapes.ts';

const patterns = (what: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: 200 }), {
      maxItems: 50,
      description: `Patterns of ${what}, \`*\` for any text; empty: every one.`,
    }),
  );

const matchBody = {
  models: patterns('models'),
  environments: patterns('environments'),
  policies: patterns('policies'),
  checks: patterns('checks'),
  subjects: patterns('subjects, e.g. `feature:age`'),
};

const recurrence = Type.Object(
  {
    cron: Type.String({
      minLength: 9,
      maxLength: 100,
      description: 'When it begins: minute, hour, day of the month, month, day of the week.',
    }),
    minutes: Type.Integer({ minimum: 1, maximum: 10_080, description: 'How long it lasts.' }),
    timeZone: Type.String({ maxLength: 64, description: 'IANA name, e.g. `Europe/Berlin`.' }),
  },
  { additionalProperties: false },
);

const times = {
  from: Type.Optional(momentValue),
  to: Type.Optional(momentValue),
  recurrence: Type.Optional(recurrence),
};

const orderBody = Type.Object(
  { ...matchBody, ...times, note: noteSchema, by: bySchema },
  { additionalProperties: false },
);
const previewBody = Type.Object({ ...matchBody, ...times }, { additionalProperties: false });

const stretch = Type.Object({ from: Type.Number(), to: nullableNumber });

const silence = Type.Object({
  id: Type.String(),
  models: texts,
  environments: texts,
  policies: texts,
  checks: texts,
  subjects: texts,
  from: Type.Number(),
  to: nullableNumber,
  recurrence: Type.Union([recurrence, Type.Null()]),
  by: Type.String(),
  note: Type.String(),
  created: Type.Number(),
  ended: nullableNumber,
  endedBy: Type.String(),
  state: Type.String({ description: 'active, waiting, over or ended.' }),
  next: Type.Union([stretch, Type.Null()], { description: 'When it is in force, now or next.' }),
});

/** Lists, makes, tries and ends silences. */
export const silences: Route = (app, deps) => {
  listSilences(app, deps);
  createSilence(app, deps);
  previewSilence(app, deps);
  endSilence(app, deps);
};

function listSilences(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/silences',
    schema: {
      summary: 'Silences, those that count longest first.',
      tags: ['alerts'],
      querystring: Type.Object(
        {
          over: Type.Boolean({ default: false, description: 'Also those that are over.' }),
          limit: limitQuery(200, 5000),
        },
        { additionalProperties: false },
      ),
      response: { 200: Type.Object({ now: Type.Number(), silences: Type.Array(silence) }), ...failures },
    },
    handler: async ({ query }) => {
      const desk = silenceDeskOf(deps);
      return { now: desk.now(), silences: (await desk.list(query)).map(shown) };
    },
  });
}

function createSilence(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/silences',
    config: { access: 'admin' },
    schema: {
      summary: 'Have nobody told of findings: once (`from`, `to`) or again and again (`recurrence`).',
      tags: ['alerts'],
      body: orderBody,
      response: { 201: silence, ...failures },
    },
    handler: async (request, reply) => {
      const { note = '', by } = request.body;
      const made = await silenceDeskOf(deps).create({
        ...orderOf(request.body),
        note,
        by: actorOf(request, by),
      });
      return reply.code(201).send(shown(made));
    },
  });
}

function previewSilence(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/silences/preview',
    config: { access: 'read' },
    schema: {
      summary: 'What a silence would cover if it were in force now; nothing is stored.',
      tags: ['alerts'],
      body: previewBody,
      response: {
        200: Type.Object({
          alerts: Type.Array(
            Type.Object({
              model: Type.String(),
              environment: Type.String(),
              policy: Type.String(),
              severity: Type.String(),
              covered: Type.Array(Type.Object({ check: Type.String(), subject: Type.String() })),
              of: Type.Integer({ description: 'Findings of the open episode that are kept.' }),
            }),
          ),
          streams: Type.Array(Type.Object({ model: Type.String(), environment: Type.String() })),
          findings: Type.Integer({ description: 'Findings of drift in the newest windows that it covers.' }),
          next: Type.Array(stretch),
        }),
        ...failures,
      },
    },
    handler: async ({ body }) => {
      const found = await silenceDeskOf(deps).preview(orderOf(body));
      return {
        ...found,
        alerts: found.alerts.map(one => ({ ...one, covered: [...one.covered] })),
        streams: [...found.streams],
        next: [...found.next],
      };
    },
  });
}

function endSilence(app: HttpApp, deps: RouteDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/silences/:id/expire',
    config: { access: 'admin' },
    schema: {
      summary: 'End a silence now. What it has covered until now stays covered.',
      tags: ['alerts'],
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
      body: Type.Object({ by: bySchema }, { additionalProperties: false }),
      response: { 200: silence, ...failures },
    },
    handler: async request =>
      shown(await silenceDeskOf(deps).end(request.params.id, actorOf(request, request.body.by))),
  });
}

interface Body {
  readonly models?: string[];
  readonly environments?: string[];
  readonly policies?: string[];
  readonly checks?: string[];
  readonly subjects?: string[];
  readonly from?: string | number;
  readonly to?: string | number;
  readonly recurrence?: { readonly cron: string; readonly minutes: number; readonly timeZone: string };
}

function orderOf({ from, to, recurrence: again, ...match }: Body) {
  const { models = [], environments = [], policies = [], checks = [], subjects = [] } = match;
  return {
    match: { models, environments, policies, checks, subjects },
    from: maybeMoment(from, 'from'),
    to: maybeMoment(to, 'to'),
    recurrence:
      again === undefined
        ? null
        : { cron: again.cron.trim(), durationSeconds: again.minutes * 60, timeZone: again.timeZone },
  };
}

function shown({
  match: { models, environments, policies, checks, subjects },
  recurrence: again,
  ...same
}: SilenceRow) {
  return {
    ...same,
    models: [...models],
    environments: [...environments],
    policies: [...policies],
    checks: [...checks],
    subjects: [...subjects],
    recurrence:
      again === null
        ? null
        : { cron: again.cron, minutes: again.durationSeconds / 60, timeZone: again.timeZone },
  };
}
