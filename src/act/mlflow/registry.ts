import { LeewayError } from '../../lib/errors.ts';
import type { SecretText } from '../channel.ts';
import { createHttp, describeFailure, type HttpDeps, type HttpReply } from '../targets/http.ts';
import type { Registry, RunFile } from './ports.ts';

export interface RegistryAccess {
  readonly url: string;
  readonly token?: SecretText | undefined;
  readonly username?: string | undefined;
  readonly password?: SecretText | undefined;
}

/** MLflow says no: asking again gives the same. */
export class RegistryRefusal extends Error {
  readonly status: number;

  constructor(status: number, what: string) {
    super(`MLflow answered ${status} to ${what}`);
    this.status = status;
  }
}

const listing = '/api/2.0/mlflow';

/**
 * The REST interface of an MLflow tracking server. Throws LeewayError LW_REGISTRY_AWAY when it cannot be asked now, and
 * RegistryRefusal when it refuses.
 */
export function createRegistry(access: RegistryAccess, deps: HttpDeps): Registry {
  const http = createHttp(deps);
  const base = access.url.replace(/\/+$/, '');
  const headers = { accept: '*/*', ...authorizationOf(access) };
  const get = async (path: string, query: Readonly<Record<string, string>>, most?: number) => {
    const what = path.split('/').slice(-2).join('/');
    const url = `${base}${path}?${new URLSearchParams(query)}`;
    const reply = await ask(() =>
      http.exchange({ url, headers, ...(most === undefined ? {} : { most }) }, 0),
    );
    if (reply.status === 429 || reply.status >= 500) throw away(`it answered ${reply.status} to ${what}`);
    if (reply.status !== 200 && reply.status !== 404) throw new RegistryRefusal(reply.status, what);
    return reply;
  };
  return {
    runOf: async (name, version) => {
      const reply = await get(`${listing}/model-versions/get`, { name, version });
      if (reply.status === 404) return null;
      const { run_id: run } = objectOf(objectOf(jsonOf(reply))['model_version']);
      return typeof run === 'string' ? run : '';
    },
    versionOf: async (name, alias) => {
      try {
        const reply = await get(`${listing}/registered-models/alias`, { name, alias });
        if (reply.status === 404) return null;
        const { version } = objectOf(objectOf(jsonOf(reply))['model_version']);
        return typeof version === 'string' ? version : null;
      } catch (error) {
        // What it answers to an alias that is not there (any more).
        if (error instanceof RegistryRefusal && error.status === 400) return null;
        throw error;
      }
    },
    files: async (run, folder) => {
      const path = folder === '' ? {} : { path: folder };
      const reply = await get(`${listing}/artifacts/list`, { run_id: run, ...path }, 4_194_304);
      const { files } = reply.status === 404 ? {} : objectOf(jsonOf(reply));
      return Array.isArray(files) ? files.flatMap(fileOf) : [];
    },
    fetch: async (run, path, most) => {
      const reply = await get('/get-artifact', { run_id: run, path }, most);
      if (reply.status === 404) throw new RegistryRefusal(404, `get-artifact of ${path}`);
      if (reply.cut && reply.bytes.length < most) throw away('the file broke off');
      return reply.cut ? null : reply.bytes;
    },
    close: () => http.close(),
  };
}

function authorizationOf({ token, username, password }: RegistryAccess): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token.reveal()}` };
  if (username === undefined) return {};
  const login = `${username}:${password?.reveal() ?? ''}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

async function ask(exchange: () => Promise<HttpReply>): Promise<HttpReply> {
  try {
    return await exchange();
  } catch (error) {
    throw away(describeFailure(error));
  }
}

function away(why: string): LeewayError {
  return new LeewayError('LW_REGISTRY_AWAY', `MLflow cannot be asked: ${why}`);
}

function jsonOf({ bytes }: HttpReply): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw away('its answer is not JSON');
  }
}

function fileOf(entry: unknown): RunFile[] {
  const { path, is_dir: folder, file_size: size } = objectOf(entry);
  if (typeof path !== 'string' || folder === true) return [];
  const bytes = Number(size ?? Number.NaN);
  return [{ path, bytes: Number.isFinite(bytes) ? bytes : null }];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
