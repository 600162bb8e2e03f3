/** What a delivery of MLflow's registry webhooks tells, as far as it matters here. */
export type RegistryEvent =
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly version: string; readonly alias: string }
  /** Anything else that MLflow tells: read, and nothing follows from it. */
  | { readonly kind: 'other'; readonly name: string; readonly what: string };

/** Reads the body of a delivery; null when it is none. */
export function parseEvent(body: Uint8Array): RegistryEvent | null {
  const value = parse(Buffer.from(body).toString('utf8'));
  const { entity, action, data } = objectOf(value);
  if (typeof entity !== 'string' || typeof action !== 'string') return null;
  const { name, version, alias } = objectOf(data);
  const what = `${entity}.${action}`.slice(0, 100);
  const named = typeof name === 'string' ? name.slice(0, 256) : '';
  if (what !== 'model_version.created' && what !== 'model_version_alias.created')
    return { kind: 'other', name: named, what };
  if (named === '' || typeof version !== 'string' || !/^\d{1,18}$/.test(version)) return null;
  if (what === 'model_version.created') return { kind: 'version', name: named, version };
  return typeof alias === 'string' && alias !== ''
    ? { kind: 'alias', name: named, version, alias: alias.slice(0, 256) }
    : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
