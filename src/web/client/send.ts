import { currentKey, keyHeaders, noteRefusal } from './access.ts';
import { RequestFailure, remedyFor } from './request.ts';

/**
 * POST of JSON to a path relative to the page. A key that may not change anything stays in use: it may still read.
 *
 * @throws RequestFailure
 */
export async function send<T>(path: string, body: object): Promise<T> {
  const key = currentKey();
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...keyHeaders() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new RequestFailure('Leeway does not answer: nothing was changed.', remedyFor(0), 0);
  }
  const answer = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  if (response.ok && answer !== null) return answer as T;
  const { status } = response;
  const told = (field: string) => (typeof answer?.[field] === 'string' ? answer[field] : '');
  if (status === 401) noteRefusal(status, told('message'), key);
  throw new RequestFailure(
    told('message') || `Answered with status ${status}.`,
    told('advice') || remedyFor(status),
    status,
  );
}

/** Who acts, for the record: a key says it by itself. */
export function whoActs(): { readonly by?: string } {
  return currentKey() === null ? { by: 'page' } : {};
}
