import { Type } from 'typebox';
import { LeewayError } from '../../lib/errors.ts';
import { actorOf, bySchema } from '../control-shapes.ts';
import type { Route } from '../route.ts';
import { failures } from '../shapes.ts';

const outcome = Type.Object({
  name: Type.String(),
  type: Type.String(),
  taken: Type.Boolean({ description: 'Whether the receiver took it.' }),
  status: Type.Number({ description: 'What it answered; 0: nothing.' }),
  detail: Type.String(),
  seconds: Type.Number(),
  advice: Type.String({ description: 'What to do now.' }),
});

/** A message to try a receiver. */
export const receiverTest: Route = (app, { receiverTester }) => {
  app.route({
    method: 'POST',
    url: '/v1/receivers/:name/test',
    config: { access: 'admin' },
    schema: {
      summary: 'Send a test message to a receiver of alerts, once, and say what it answered.',
      tags: ['alerts'],
      params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) }),
      body: Type.Object({ by: bySchema }, { additionalProperties: false }),
      response: { 200: outcome, ...failures },
    },
    handler: async request => {
      if (receiverTester === undefined)
        throw new LeewayError('LW_NOT_READY', 'this process has no receivers');
      return receiverTester.test(request.params.name, actorOf(request, request.body.by));
    },
  });
};
