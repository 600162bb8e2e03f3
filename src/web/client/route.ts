/** The page's address: everything that is shown is in it, so that any view can be sent to somebody. */
import { windowLengths } from '../../domain/window.ts';

export interface ModelRoute {
  readonly page: 'model';
  readonly model: string;
  /** '' until chosen: the first environment of the model. */
  readonly environment: string;
  readonly windowSeconds: number;
  readonly check: string;
  /** null: the worst subject. */
  readonly subject: string | null;
  /** Start of the window looked at, epoch seconds; null: the latest. */
  readonly at: number | null;
}

export type Route =
  | { readonly page: 'models' }
  | { readonly page: 'rejects' }
  | { readonly page: 'unknown' }
  | ModelRoute;

const defaultWindowSeconds = 86_400;
const defaultCheck = 'drift';

/** Reads `#/models/churn?window=86400&subject=feature:age`. Values that make no sense become the default. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parts = path.split('/').filter(part => part !== '');
  if (parts.length === 0) return { page: 'models' };
  if (parts.length === 1 && parts[0] === 'models') return { page: 'models' };
  if (parts.length === 1 && parts[0] === 'rejects') return { page: 'rejects' };
  const model = parts.length === 2 && parts[0] === 'models' ? decode(parts[1] ?? '') : null;
  if (model === null) return { page: 'unknown' };
  const values = new URLSearchParams(query);
  const seconds = Number(values.get('window'));
  const at = Number(values.get('at') ?? Number.NaN);
  return {
    page: 'model',
    model,
    environment: values.get('environment') ?? '',
    windowSeconds: windowLengths.some(length => length === seconds) ? seconds : defaultWindowSeconds,
    check: values.get('check') ?? defaultCheck,
    subject: values.get('subject'),
    at: Number.isSafeInteger(at) && at > 0 ? at : null,
  };
}

/** The address of a route; what is default is left out. `parseRoute` reads it back. */
export function formatRoute(route: Route): string {
  if (route.page === 'unknown' || route.page === 'models') return '#/';
  if (route.page === 'rejects') return '#/rejects';
  const values = new URLSearchParams();
  if (route.environment !== '') values.set('environment', route.environment);
  if (route.windowSeconds !== defaultWindowSeconds) values.set('window', String(route.windowSeconds));
  if (route.check !== defaultCheck) values.set('check', route.check);
  if (route.subject !== null) values.set('subject', route.subject);
  if (route.at !== null) values.set('at', String(route.at));
  const query = values.toString();
  return `#/models/${encodeURIComponent(route.model)}${query === '' ? '' : `?${query}`}`;
}

/** A model's first view. */
export function modelRoute(model: string, environment: string): ModelRoute {
  return {
    page: 'model',
    model,
    environment,
    windowSeconds: defaultWindowSeconds,
    check: defaultCheck,
    subject: null,
    at: null,
  };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
