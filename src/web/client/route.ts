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

/** One alert with its history. */
export interface AlertRoute {
  readonly page: 'alert';
  readonly model: string;
  readonly policy: string;
  readonly environment: string;
  /** Episode that is opened up; null: the newest. */
  readonly episode: number | null;
}

export type Route =
  | { readonly page: 'models' }
  | { readonly page: 'alerts' }
  | AlertRoute
  | { readonly page: 'rejects' }
  | { readonly page: 'orders' }
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
  if (parts.length === 1 && parts[0] === 'alerts') return { page: 'alerts' };
  if (parts.length === 1 && parts[0] === 'orders') return { page: 'orders' };
  if (parts.length === 3 && parts[0] === 'alerts') return parseAlert(parts[1]!, parts[2]!, query);
  const model = parts.length === 2 && parts[0] === 'models' ? decode(parts[1] ?? '') : null;
  if (model === null) return { page: 'unknown' };
  const values = new URLSearchParams(query);
  // Messages lead to the alert they tell of.
  const policy = values.get('policy');
  if (policy !== null && policy !== '') return alertOf(model, policy, values);
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
  if (route.page === 'rejects' || route.page === 'alerts' || route.page === 'orders')
    return `#/${route.page}`;
  if (route.page === 'alert') return formatAlert(route);
  const values = new URLSearchParams();
  if (route.environment !== '') values.set('environment', route.environment);
  if (route.windowSeconds !== defaultWindowSeconds) values.set('window', String(route.windowSeconds));
  if (route.check !== defaultCheck) values.set('check', route.check);
  if (route.subject !== null) values.set('subject', route.subject);
  if (route.at !== null) values.set('at', String(route.at));
  const query = values.toString();
  return `#/models/${encodeURIComponent(route.model)}${query === '' ? '' : `?${query}`}`;
}

function parseAlert(model: string, policy: string, query: string): Route {
  const names = [decode(model), decode(policy)];
  if (names[0] == null || names[1] == null) return { page: 'unknown' };
  return alertOf(names[0], names[1], new URLSearchParams(query));
}

function alertOf(model: string, policy: string, values: URLSearchParams): AlertRoute {
  const episode = Number(values.get('episode') ?? Number.NaN);
  return {
    page: 'alert',
    model,
    policy,
    environment: values.get('environment') ?? '',
    episode: Number.isSafeInteger(episode) && episode > 0 ? episode : null,
  };
}

function formatAlert({ model, policy, environment, episode }: AlertRoute): string {
  const values = new URLSearchParams();
  if (environment !== '') values.set('environment', environment);
  if (episode !== null) values.set('episode', String(episode));
  const query = values.toString();
  const path = `#/alerts/${encodeURIComponent(model)}/${encodeURIComponent(policy)}`;
  return `${path}${query === '' ? '' : `?${query}`}`;
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
