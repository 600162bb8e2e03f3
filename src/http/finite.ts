/** A number as JSON can carry it: what is not finite is null. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** JSON text as a value, or the text itself when it is none; '' is null. */
export function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Plain data as JSON can carry it: bigints as text, what is not finite as null. */
export function plain(value: unknown): unknown {
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
