import { expiryOf } from '../config/keys.ts';
import { isLoopback } from '../config/loopback.ts';
import type { Config } from '../config/schema.ts';
import type { Caller, KeyDesk } from '../http/access.ts';
import { isLive, isSecretOf, type KeyEntry, mintKey, parseKey } from '../lib/api-key.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { followKeys } from './keys-file.ts';

/** Id of the key that is in the lock file. */
const localId = 'thismachine';

/** The keys of one running service. */
export interface Keys extends KeyDesk {
  /** Made anew at every start for the command line on this machine; kept in the lock file. */
  readonly localKey: string;
}

/**
 * The keys of the configuration and of the data directory. From the first key on, or where others than this machine
 * can call, a key is needed, until the service is started again.
 * @throws LeewayError LW_LISTEN_REFUSED when others can call and there is no key; LW_KEYS_INVALID
 */
export function openKeys(deps: {
  readonly config: Pick<Config, 'keys' | 'listen' | 'data' | 'clickhouse'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly problem: (e: { readonly code: string; readonly message: string }) => void;
}): Keys {
  const { config, clock } = deps;
  const { listen } = config;
  // Read with every call: a reload of the configuration may have changed them.
  const configured = () => config.keys.map(entryOf);
  const inFile = followKeys(config.data, error => deps.problem({ code: error.code, message: error.message }));
  const all = () => [...configured(), ...(inFile() ?? [])];
  if (!isLoopback(listen.host) && !all().some(entry => isLive(entry, clock.now())))
    throw refusal(listen.host, config.data);
  const local = mintKey(localId);
  // Once needed, always needed: a file that is gone must not open what it has closed.
  let needed = !isLoopback(listen.host) || listen.proxy !== undefined;
  return {
    localKey: local.key,
    needed: () => {
      // A revoked or expired key counts: the door stays shut when the last key runs out.
      needed ||= all().length > 0;
      return needed;
    },
    callerOf: (text, own) => {
      const { id, secret } = parseKey(text) ?? { id: '', secret: text };
      if (id === localId) return isSecretOf(secret, local.hash) && own ? localCaller : null;
      const entry = all().find(one => one.id === id);
      const right = isSecretOf(secret, entry?.hash ?? null);
      return right && entry !== undefined && isLive(entry, clock.now()) ? callerFrom(entry) : null;
    },
  };
}

function refusal(host: string, data: string): LeewayError {
  return new LeewayError(
    'LW_LISTEN_REFUSED',
    `${host} can be reached from other machines, and there is no API key. This makes one: leeway keys create --name admin --roles admin --data ${data}`,
  );
}

const localCaller: Caller = {
  key: localId,
  name: 'this machine',
  roles: ['admin'],
  requestsPerSecond: null,
  bodyBytes: null,
};

function callerFrom({ id, name, roles, requestsPerSecond, bodyBytes }: KeyEntry): Caller {
  return { key: id, name, roles, requestsPerSecond, bodyBytes };
}

function entryOf(key: Config['keys'][number]): KeyEntry {
  return {
    id: key.id,
    name: key.name,
    roles: key.roles,
    hash: key.hash,
    created: 0,
    expires: expiryOf(key),
    revoked: null,
    requestsPerSecond: key.requestsPerSecond ?? null,
    bodyBytes: key.bodyBytes ?? null,
  };
}
