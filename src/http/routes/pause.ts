import { Type } from 'typebox';
import {
  actorOf,
  alertDeskOf,
  alertParams,
  alertShape,
  bySchema,
  environmentBody,
  nameOf,
  noteSchema,
  shownAlert,
} from '../control-shapes.ts';
import { maybeMoment } from '../moment.ts';
import type { Route } from '../route.ts';
import { failures, momentValue } from '../shapes.ts';

const words = { environment: environmentBody, note: noteSchema, by: bySchema };

/** Somebody stops an alert from changing, or lets it go on. */
export const pause: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/models/:model/alerts/:policy/pause',
    config: { access: 'admin' },
    schema: {
      summary:
        'Stop an alert: windows are judged and noted, but it neither opens, resolves, tells nor orders.',
      tags: ['alerts'],
      params: alertParams,
      body: Type.Object({ ...words, until: Type.Optional(momentValue) }, { additionalProperties: false }),
      response: { 200: alertShape, ...failures },
    },
    handler: async request => {
      const { environment, note = '', by, until } = request.body;
      const said = { note, by: actorOf(request, by), until: maybeMoment(until, 'until') };
      return shownAlert(await alertDeskOf(deps).pause(nameOf(request.params, environment), said));
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/models/:model/alerts/:policy/resume',
    config: { access: 'admin' },
    schema: {
      summary: 'Let a paused alert go on.',
      tags: ['alerts'],
      params: alertParams,
      body: Type.Object(words, { additionalProperties: false }),
      response: { 200: alertShape, ...failures },
    },
    handler: async request => {
      const { environment, note = '', by } = request.body;
      const said = { note, by: actorOf(request, by) };
      return shownAlert(await alertDeskOf(deps).resume(nameOf(request.params, environment), said));
    },
  });
};
