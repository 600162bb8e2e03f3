import type { Endpoint } from '../channel.ts';
import { secretSetting, setting } from './settings.ts';
import { type Call, isGood, type Outcome, unclear } from './trigger.ts';

/** A token is renewed so long before its end, and one that does not tell its end is kept so long: milliseconds. */
const before = 30_000;
const unknownLife = 300_000;

/** How Airflow is entered. */
export interface AirflowSession {
  /** Value of the authorization header, or why there is none. */
  enter(of: {
    readonly endpoint: Endpoint;
    readonly call: Call;
    readonly now: number;
  }): Promise<{ readonly authorization: string; readonly refusal: Outcome | null }>;
  /** Forgets a token that was refused; true when it was an older one, so that a fresh one is worth a try. */
  leave(endpoint: Endpoint): boolean;
}

interface Held {
  readonly token: string;
  readonly until: number;
  /** Used in an earlier attempt. */
  readonly used: boolean;
}

/**
 * A fixed token, user and password (Airflow 2), or a JSON web token fetched for them (Airflow 3) and kept until it ends.
 */
export function createAirflowSession(): AirflowSession {
  const held = new Map<string, Held>();
  return {
    enter: async ({ endpoint, call, now }) => {
      const fixed = secretSetting(endpoint, 'token');
      if (fixed !== null) return enterWith(`Bearer ${fixed.reveal()}`);
      const user = setting(endpoint, 'username');
      const password = secretSetting(endpoint, 'password')?.reveal() ?? '';
      if (endpoint.settings['version'] === 2)
        return enterWith(`Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`);
      const known = held.get(endpoint.name);
      if (known !== undefined && known.until > now) {
        held.set(endpoint.name, { ...known, used: true });
        return enterWith(`Bearer ${known.token}`);
      }
      const reply = await call({
        url: `${endpoint.url.replace(/\/+$/, '')}/auth/token`,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ username: user, password }),
      });
      const token = reply.json?.['access_token'];
      if (isGood(reply.status) && typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) {
        held.set(endpoint.name, { token, until: endOf(token, now), used: false });
        return enterWith(`Bearer ${token}`);
      }
      const what = `no token: /auth/token answered ${reply.status}`;
      const status = isGood(reply.status) ? unclear : reply.status;
      return { authorization: '', refusal: { status, detail: what } };
    },
    leave: endpoint => {
      const known = held.get(endpoint.name);
      held.delete(endpoint.name);
      return known?.used ?? false;
    },
  };
}

function enterWith(authorization: string) {
  return { authorization, refusal: null };
}

/** When a token is to be renewed; its signature is the server's business. */
function endOf(token: string, now: number): number {
  try {
    const claims = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
    ) as unknown;
    const end = (claims as { exp?: unknown } | null)?.exp;
    if (typeof end === 'number' && Number.isFinite(end)) return end * 1000 - before;
  } catch {
    // Not a JSON web token: it is kept for a while and fetched again when it is refused.
  }
  return now + unknownLife;
}
