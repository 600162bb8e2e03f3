import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import type { Route } from '../route.ts';
import { failures, modelParams, nullableNumber, nullableText, orderShape } from '../shapes.ts';
import { shownOrder } from './orders.ts';

const kindShape = Type.Union([Type.Literal('retrain'), Type.Literal('rebuild')]);
const who = Type.String({ minLength: 1, maxLength: 128, description: 'Who decides.' });

export const retrain: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/retrain',
    config: { access: 'retrain' },
    schema: {
      summary:
        'Order a training by hand. It passes the same guard rails as any other order: look at state, reason and lift.',
      tags: ['retraining'],
      params: modelParams,
      body: Type.Object(
        {
          kind: Type.Optional(kindShape),
          environment: Type.Optional(
            Type.String({ minLength: 1, maxLength: 128, description: 'prod unless told.' }),
          ),
          reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why; stands in the order.' }),
          by: who,
          request_id: Type.Optional(
            Type.String({ minLength: 1, maxLength: 128, description: 'The same again is the same order.' }),
          ),
        },
        { additionalProperties: false },
      ),
      response: { 200: orderShape, ...failures },
    },
    handler: async ({ params: { model }, body }) => {
      const { kind = 'retrain', environment = 'prod', reason, by } = body;
      const known = await deps.models.list();
      if (!known.some(each => each.model === model && each.environment === environment))
        throw new LeewayError('LW_NOT_FOUND', `There is no model "${model}" in ${environment}.`);
      const request = body.request_id ?? randomUUID();
      return shownOrder(await deps.retraining.order({ model, environment, kind, reason, by, request }));
    },
  });
};

const turn = Type.Object({
  model: Type.String(),
  on: Type.Boolean(),
  by: Type.String(),
  reason: Type.String(),
  at: Type.Number(),
});

export const retrainingOverview: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/retraining',
    schema: {
      summary:
        'How retraining stands: the global stop, armed models, who takes which orders, guard rails, schedules.',
      tags: ['retraining'],
      response: {
        200: Type.Object({
          stop: Type.Union([turn, Type.Null()], { description: 'Its last turn; `on` means stopped.' }),
          armed: Type.Array(turn),
          history: Type.Array(turn, {
            description: 'Newest first; `model` is empty for turns of the global stop.',
          }),
          kinds: Type.Array(
            Type.Object({
              kind: kindShape,
              target: nullableText,
              rails: Type.Record(Type.String(), Type.Number()),
            }),
          ),
          schedules: Type.Array(
            Type.Object({
              model: Type.String(),
              environment: Type.String(),
              kind: kindShape,
              cron: Type.String(),
              timeZone: Type.String(),
              next: nullableNumber,
            }),
          ),
        }),
        ...failures,
      },
    },
    handler: async () => {
      const { armed, history, kinds, schedules, ...rest } = await deps.retraining.overview();
      return {
        ...rest,
        armed: [...armed],
        history: [...history],
        kinds: kinds.map(each => ({ ...each, rails: { ...each.rails } })),
        schedules: [...schedules],
      };
    },
  });
};

export const stopRetraining: Route = (app, deps) => {
  for (const [word, stopped] of [
    ['stop', true],
    ['start', false],
  ] as const)
    app.route({
      method: 'POST',
      url: `/v1/retraining/${word}`,
      schema: {
        summary: stopped
          ? 'Stop retraining: nothing is ordered, sent or promoted until it is started again.'
          : 'Let retraining go on after a stop.',
        tags: ['retraining'],
        body: Type.Object(
          { by: who, reason: Type.Optional(Type.String({ maxLength: 500 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ stopped: Type.Boolean(), by: Type.String() }), ...failures },
      },
      handler: async ({ body: { by, reason = '' } }) => {
        await deps.retraining.stop(stopped, by, reason);
        return { stopped, by };
      },
    });
};
