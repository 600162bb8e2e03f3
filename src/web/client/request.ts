import { currentKey, keyHeaders, noteRefusal } from './access.ts';

/** What went wrong with a request, where, and what to do about it. */
export class RequestFailure extends Error {
  readonly remedy: string;
  readonly status: number;

  constructor(message: string, remedy: string, status: number) {
    super(message);
    this.name = 'RequestFailure';
    this.remedy = remedy;
    this.status = status;
  }
}

const remedies: Readonly<Record<number, string>> = {
  401: 'This address needs an API key with the role "read".',
  403: 'The key in use has no role "read".',
  404: 'Check the name in the address, or go back to the list of models.',
  503: 'Leeway is up but not ready; /readyz says why. This page tries again by itself.',
};

/** The remedy shown for an HTTP status; 0 is "no answer". */
export function remedyFor(status: number): string {
  if (status === 0)
    return 'Check that the process is running and that this address reaches it. This page tries again by itself.';
  return remedies[status] ?? 'The log of Leeway has the cause. This page tries again by itself.';
}

/** A text field of a failure's body: `message` says what happened, `advice` what to do. */
function told(body: unknown, field: 'message' | 'advice'): string {
  if (typeof body !== 'object' || body === null) return '';
  const text = (body as Readonly<Record<string, unknown>>)[field];
  return typeof text === 'string' ? text : '';
}

/**
 * GET of a path relative to the page (no leading slash: the page may live under a proxy's path). Query values that are
 * null are left out. Throws RequestFailure, or the abort of the signal.
 */
export async function get<T>(
  path: string,
  query: Readonly<Record<string, string | number | null>>,
  signal: AbortSignal,
): Promise<T> {
  const url = address(path, query);
  const key = currentKey();
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: { accept: 'application/json', ...keyHeaders() } });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new RequestFailure('Leeway does not answer.', remedyFor(0), 0);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  const status = response.ok ? 502 : response.status;
  if (!signal.aborted) noteRefusal(status, told(body, 'message') || remedyFor(status), key);
  throw new RequestFailure(
    told(body, 'message') || `${path} was answered with status ${response.status}.`,
    told(body, 'advice') || remedyFor(status),
    status,
  );
}

/** A relative address with its query. */
export function address(path: string, query: Readonly<Record<string, string | number | null>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The API's path of a model. */
export const modelPath = (model: string, rest = '') => `v1/models/${encodeURIComponent(model)}${rest}`;
