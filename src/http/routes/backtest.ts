import { Type } from 'typebox';
import { moment } from '../moment.ts';
import type { Route } from '../route.ts';
import { failures, modelParams, momentValue } from '../shapes.ts';

const policies = (description: string) =>
  Type.Optional(
    Type.Array(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 40 }), {
      maxItems: 20,
      description,
    }),
  );

const body = Type.Object(
  {
    from: momentValue,
    to: momentValue,
    environment: Type.Optional(Type.String({ maxLength: 128 })),
    policies: policies(
      'Policies as section `policies` of a configuration has them; absent: those of the service.',
    ),
    compare: policies('Other policies, played beside the first.'),
    budget: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, maximum: 1000, description: 'False alarms in 30 days.' }),
    ),
    judgeAgain: Type.Optional(
      Type.Boolean({
        description:
          'Judge windows again from their profiles instead of reading what was found: much slower.',
      }),
    ),
  },
  { additionalProperties: false },
);

const number = Type.Number();
const text = Type.String();
const counts = Type.Record(Type.String(), Type.Integer());

const alert = Type.Object({
  at: number,
  policy: text,
  episode: Type.Integer(),
  from: text,
  to: text,
  reason: text,
  notify: Type.Boolean({ description: 'Whether anybody would have been told.' }),
  severity: text,
  subjects: Type.Array(text),
  window: Type.Object({ start: number, end: number }),
  summary: text,
});

const order = Type.Object({
  at: number,
  id: text,
  kind: text,
  state: Type.String({
    description: '`requested`: it would have been sent. `refused`: the reason says why.',
  }),
  reason: text,
  trigger: text,
  by: text,
});

const drift = Type.Object({
  check: text,
  subject: text,
  windows: Type.Integer(),
  first: number,
  last: number,
  effect: Type.Union([number, Type.Null()]),
  sentence: text,
});

const scenario = Type.Object({
  name: Type.String({ description: 'configured, given or compared.' }),
  windows: Type.Integer(),
  findings: Type.Integer(),
  days: Type.Array(Type.Object({ day: number, windows: Type.Integer(), verdicts: counts })),
  drifted: Type.Integer({ description: 'Checks and subjects that drifted; the commonest are listed.' }),
  drift: Type.Array(drift),
  alerts: Type.Array(alert),
  orders: Type.Array(order),
  totals: Type.Object({
    episodes: Type.Integer(),
    notifications: Type.Integer(),
    firingHours: number,
    ordersGiven: Type.Integer(),
    ordersRefused: counts,
  }),
});

/** What the alerts and orders of a model would have been. */
export const backtest: Route = (app, deps) => {
  const { backtest: desk } = deps;
  if (desk === undefined) return;
  app.route({
    method: 'POST',
    url: '/v1/models/:model/backtest',
    // It changes nothing.
    config: { access: 'read' },
    schema: {
      summary: 'Stored history through policies and guard rails with sending off: what would have happened.',
      tags: ['alerts'],
      params: modelParams,
      body,
      response: {
        200: Type.Object({
          model: text,
          environment: text,
          from: number,
          to: number,
          budget: number,
          judged: Type.Boolean({ description: 'Whether windows were judged again.' }),
          until: Type.Union([number, Type.Null()], { description: 'End of the last window there was.' }),
          scenarios: Type.Array(scenario),
        }),
        ...failures,
      },
    },
    handler: async ({ params, body: asked }) => {
      const answer = await desk.run({
        model: params.model,
        environment: asked.environment ?? null,
        from: moment(asked.from, 'from'),
        to: moment(asked.to, 'to'),
        policies: asked.policies ?? null,
        compare: asked.compare ?? null,
        budget: asked.budget ?? null,
        judgeAgain: asked.judgeAgain ?? false,
      });
      return answer as never;
    },
  });
};
