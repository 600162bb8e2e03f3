import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LeewayError } from '../lib/errors.ts';
import type { AlertName, AlertRow } from './control-ports.ts';
import type { RouteDeps } from './route.ts';
import { nullableNumber } from './shapes.ts';

/** Shapes that the routes of alerts and silences share. */
export const texts = Type.Array(Type.String());

export const wordShape = Type.Object({ by: Type.String(), note: Type.String(), at: Type.Number() });

export const alertShape = Type.Object({
  model: Type.String(),
  environment: Type.String(),
  policy: Type.String(),
  state: Type.String({ description: 'ok, pending, firing or paused.' }),
  open: Type.Boolean({ description: 'Whether an episode is open, be it paused or not.' }),
  severity: Type.String(),
  since: Type.Number({
    description: 'Start of the window that opened the episode; else since when it is in its state.',
  }),
  episode: Type.Integer(),
  subjects: texts,
  summary: Type.String(),
  told: Type.Boolean({ description: 'Whether people were told of the open episode.' }),
  findings: Type.Array(
    Type.Object({
      check: Type.String(),
      subject: Type.String(),
      effect: nullableNumber,
      tolerance: nullableNumber,
      sentence: Type.String(),
    }),
  ),
  acknowledged: Type.Union([wordShape, Type.Null()]),
  paused: Type.Union([Type.Object({ ...wordShape.properties, until: nullableNumber }), Type.Null()]),
  silences: texts,
  heard: Type.Integer({ description: 'Findings that no silence covers now.' }),
});

/** An alert as it is answered. */
export function shownAlert(row: AlertRow) {
  return {
    ...row,
    subjects: [...row.subjects],
    findings: [...row.findings],
    silences: [...row.silences],
  };
}

export const alertParams = Type.Object({
  model: Type.String({ minLength: 1, maxLength: 128 }),
  policy: Type.String({ minLength: 1, maxLength: 128 }),
});

export const bySchema = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 128,
    description: 'Who decides; the name of the key is kept besides.',
  }),
);
export const noteSchema = Type.Optional(Type.String({ maxLength: 1000, description: 'Why.' }));
export const environmentBody = Type.Optional(
  Type.String({ maxLength: 128, description: 'Needed where the alert is there for several.' }),
);

/** Who acts: the name that was given, and the key that was used. */
export function actorOf(request: FastifyRequest, by: string | undefined): string {
  // Where nobody asks who calls, a request has no caller at all.
  const { caller } = request as { readonly caller?: FastifyRequest['caller'] };
  if (caller == null) return by ?? 'api';
  return by === undefined || by === caller.name ? caller.name : `${by} (${caller.name})`;
}

export function nameOf(
  { model, policy }: { readonly model: string; readonly policy: string },
  environment: string | undefined,
): AlertName {
  return { model, policy, environment: environment ?? null };
}

/** @throws LeewayError LW_NOT_READY */
export function alertDeskOf({ alertDesk }: RouteDeps) {
  if (alertDesk === undefined) throw new LeewayError('LW_NOT_READY', 'this process has no alerts');
  return alertDesk;
}

/** @throws LeewayError LW_NOT_READY */
export function silenceDeskOf({ silences }: RouteDeps) {
  if (silences === undefined) throw new LeewayError('LW_NOT_READY', 'this process has no silences');
  return silences;
}
