import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import type { RegistryRecord } from '../../domain/registry.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { RegistryDoor } from '../registry-door.ts';
import type { Route, RouteDeps } from '../route.ts';
import { failures } from '../shapes.ts';

/** Whoever signs sends it without a key: so it is small. MLflow's events are below 10 kB. */
const mostBytes = 65_536;

const shape = Type.Object({
  delivery: Type.String(),
  at: Type.String({ format: 'date-time' }),
  event: Type.String({ description: '`version`, `alias` or `other`.' }),
  name: Type.String({ description: 'Registered model.' }),
  version: Type.String(),
  alias: Type.String(),
  model: Type.String({ description: "Leeway's model; empty where there is none." }),
  outcome: Type.String({ description: 'What became of it (docs/integrations.md).' }),
  detail: Type.String(),
  baseline: Type.Union([Type.Integer(), Type.Null()]),
});

/** Takes webhooks of MLflow's model registry. */
export const registryWebhook: Route = (app, deps) => {
  app.route({
    method: 'POST',
    url: '/v1/mlflow',
    config: { access: 'signed', rawBody: true, mostBytes },
    bodyLimit: mostBytes,
    schema: {
      summary: "An event of MLflow's model registry: a new version or alias brings its baseline.",
      tags: ['baselines'],
      consumes: ['application/json'],
      body: Type.Unsafe<Buffer>({
        'x-bytes': true,
        description: 'As MLflow sends it, signed by its secret.',
      }),
      response: { 200: Type.Object({ ...shape.properties, duplicate: Type.Boolean() }), ...failures },
    },
    handler: async ({ body, headers }) => {
      const id = headers['x-mlflow-delivery-id'];
      const delivery = typeof id === 'string' && id !== '' ? id.slice(0, 128) : `by-hand-${randomUUID()}`;
      const door = doorOf(deps);
      const { record, duplicate } = await door.handle(delivery, body ?? Buffer.alloc(0));
      return { ...shown(record), duplicate };
    },
  });
};

/** What the registry told of late, and what became of it. */
export const registryEvents: Route = (app, deps) => {
  app.route({
    method: 'GET',
    url: '/v1/mlflow',
    schema: {
      summary: "Events of MLflow's model registry and what became of them, newest first.",
      tags: ['baselines'],
      querystring: Type.Object(
        { limit: Type.Integer({ default: 100, minimum: 1, maximum: 1000 }) },
        { additionalProperties: false },
      ),
      response: { 200: Type.Object({ events: Type.Array(shape) }), ...failures },
    },
    handler: async ({ query: { limit } }) => {
      const records = await (deps.registry?.recent(limit) ?? []);
      return { events: records.map(shown) };
    },
  });
};

function doorOf({ registry }: RouteDeps): RegistryDoor {
  if (registry?.configured() === true) return registry;
  throw new LeewayError(
    'LW_NOT_FOUND',
    'No model registry is configured here.',
    undefined,
    'Add the section mlflow to the configuration; docs/integrations.md shows one.',
  );
}

function shown({ at, baseline, ...record }: RegistryRecord) {
  return { ...record, at: new Date(at).toISOString(), baseline: baseline === 0 ? null : baseline };
}
