import { Type } from 'typebox';

/** Shapes that several routes share. */
export const modelParams = Type.Object({ model: Type.String({ minLength: 1, maxLength: 128 }) });

export const environmentQuery = Type.Optional(
  Type.String({ maxLength: 128, description: 'Environment; absent: any, or the one seen last.' }),
);

export const momentQuery = Type.Optional(
  Type.String({ description: 'RFC 3339 or epoch milliseconds.', maxLength: 40 }),
);

export const momentValue = Type.Union([Type.String({ maxLength: 40 }), Type.Number()], {
  description: 'RFC 3339 or epoch milliseconds.',
});

export const nullableNumber = Type.Union([Type.Number(), Type.Null()]);
export const nullableText = Type.Union([Type.String(), Type.Null()]);

/** `limit` of a list. */
export function limitQuery(usual: number, most: number) {
  return Type.Integer({
    default: usual,
    minimum: 1,
    maximum: most,
    description: `At most so many; up to ${most}.`,
  });
}

const failure = Type.Object(
  { code: Type.String(), message: Type.String(), advice: Type.String(), requestId: Type.String() },
  { description: 'What happened and what to do; docs/errors.md lists the codes.' },
);

/** Answers of every route besides its own. */
export const failures = { '4xx': failure, '5xx': failure };

export const baselineShape = Type.Object({
  baseline: Type.Integer(),
  origin: Type.String(),
  created: Type.Number(),
  rows: Type.Number(),
  from: Type.Number(),
  to: Type.Number(),
  note: Type.String(),
  active: Type.Boolean(),
});

export const activationShape = Type.Object({
  version: Type.String(),
  baseline: Type.Integer(),
  from: Type.Number(),
  at: Type.Number(),
  by: Type.String(),
});

export const orderShape = Type.Object({
  id: Type.String(),
  model: Type.String(),
  environment: Type.String(),
  kind: Type.String(),
  state: Type.String(),
  reason: Type.String(),
  lift: Type.String({ description: 'What would let a refused order, or a dry run, go out; else empty.' }),
  at: Type.Number(),
  step: Type.Integer(),
  transition: Type.String(),
  target: Type.String(),
  trigger: Type.String(),
  by: Type.String(),
  why: Type.String({ description: 'What it was asked for with.' }),
  result: Type.Unknown(),
});
