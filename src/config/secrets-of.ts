import { Secret } from './secret.ts';

/** Every secret text of a configuration, so that it can be struck out wherever it turns up. */
export function secretsOf(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(secretsOf);
}
