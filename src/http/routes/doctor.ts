import { Type } from 'typebox';
import type { Route } from '../route.ts';
import { failures } from '../shapes.ts';

const line = Type.Object({
  area: Type.String(),
  check: Type.String(),
  level: Type.Union([Type.Literal('ok'), Type.Literal('warn'), Type.Literal('fail')]),
  text: Type.String(),
  advice: Type.String({ description: 'What to do; empty where all is well.' }),
});

const settings = Type.Array(
  Type.Object({ name: Type.String(), value: Type.String({ description: 'Secrets are <secret>.' }) }),
);

const querystring = Type.Object(
  { deep: Type.Boolean({ default: false, description: 'Also send one HEAD request to each webhook.' }) },
  { additionalProperties: false },
);

/** Everything a support person would ask of this process. */
export const doctor: Route = (app, deps) => {
  const { doctor: reader } = deps;
  if (reader === undefined) return;
  app.route({
    method: 'GET',
    url: '/v1/doctor',
    // It knocks at other machines and tells of this one's settings.
    config: { access: 'admin' },
    schema: {
      summary: 'Everything a support person would ask of this process, each with what to do.',
      tags: ['status'],
      querystring,
      response: {
        200: Type.Object({ version: Type.String(), now: Type.Number(), lines: Type.Array(line), settings }),
        ...failures,
      },
    },
    handler: async ({ query }) => {
      const { version, now, lines, settings: set } = await reader.report({ deep: query.deep });
      return { version, now, lines: [...lines], settings: [...set] };
    },
  });
};
