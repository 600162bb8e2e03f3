import { Type } from 'typebox';
import type { Secret } from './secret.ts';

/** A text that is never shown; it becomes a `Secret` after validation. */
export function secretText(description: string) {
  return Type.Unsafe<Secret>(Type.String({ minLength: 1, description, 'x-secret': true }));
}
