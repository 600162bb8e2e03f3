import { isLoopback } from './loopback.ts';
import type { Path } from './node.ts';
import type { Config, KafkaSourceConfig } from './schema.ts';
import type { Finding } from './validate.ts';

type Sasl = NonNullable<KafkaSourceConfig['sasl']>;
type SaslKey = 'username' | 'password' | 'token' | 'extensions' | 'region' | 'role';

const password = { needs: ['username', 'password'], may: [] } as const;
const keysOf: Readonly<
  Record<Sasl['mechanism'], { readonly needs: readonly SaslKey[]; readonly may: readonly SaslKey[] }>
> = {
  plain: password,
  'scram-sha-256': password,
  'scram-sha-512': password,
  oauthbearer: { needs: ['token'], may: ['extensions'] },
  'aws-msk-iam': { needs: ['region'], may: ['role'] },
};
const saslKeys: readonly SaslKey[] = ['username', 'password', 'token', 'extensions', 'region', 'role'];

/** What is wrong with the Kafka sources besides what the schema says. */
export function kafkaFindings({ sources }: Config): Finding[] {
  return sources.flatMap((source, index) => {
    if (source.type !== 'kafka') return [];
    const path = ['sources', index];
    return [
      ...tlsFindings(source, path),
      ...saslFindings(source, path),
      ...modelFindings(source, path),
      ...groupFindings(sources, source, index),
    ];
  });
}

function tlsFindings({ tls }: KafkaSourceConfig, path: Path): Finding[] {
  if (typeof tls === 'boolean') return [];
  const at = [...path, 'tls'];
  const found: Finding[] = [];
  const together = (here: 'cert' | 'key' | 'passphrase', other: 'cert' | 'key') => {
    if (tls[here] !== undefined && tls[other] === undefined)
      found.push({ path: [...at, here], rule: 'kafka-tls', message: `needs the key "${other}" beside it` });
  };
  together('cert', 'key');
  together('key', 'cert');
  together('passphrase', 'key');
  if (tls.insecure && (tls.ca !== undefined || tls.serverName !== undefined))
    found.push({
      path: [...at, 'insecure'],
      rule: 'kafka-tls',
      message: 'must not be set with ca or serverName: nothing is verified then',
    });
  return found;
}

function saslFindings({ sasl, tls }: KafkaSourceConfig, path: Path): Finding[] {
  if (sasl === undefined) return [];
  const at = [...path, 'sasl'];
  const rule = 'kafka-sasl';
  const { needs, may } = keysOf[sasl.mechanism];
  const missing = needs
    .filter(key => sasl[key] === undefined)
    .map(key => ({ path: at, rule, message: `must have the key "${key}" with mechanism ${sasl.mechanism}` }));
  const foreign = saslKeys
    .filter(key => sasl[key] !== undefined && !needs.includes(key) && !may.includes(key))
    .map(key => ({
      path: [...at, key],
      rule,
      message: `does not belong to mechanism ${sasl.mechanism}`,
      atKey: true,
    }));
  const open =
    sasl.mechanism === 'aws-msk-iam' && tls === false
      ? [{ path: [...path, 'tls'], rule, message: 'must be on with mechanism aws-msk-iam' }]
      : [];
  const names = Object.keys(sasl.extensions ?? {})
    .filter(name => !/^[A-Za-z]+$/.test(name) || name === 'auth')
    .map(name => ({
      path: [...at, 'extensions', name],
      rule,
      message: 'must be a name of letters alone, and not auth',
      atKey: true,
    }));
  return [...missing, ...foreign, ...open, ...names, ...tokenFindings(sasl, [...at, 'token'])];
}

function tokenFindings({ token }: Sasl, path: Path): Finding[] {
  if (token === undefined) return [];
  const rule = 'kafka-token';
  if ((token.command === undefined) === (token.url === undefined))
    return [{ path, rule, message: 'must have either command or url' }];
  const own = ['clientId', 'clientSecret', 'scope', 'audience'] as const;
  if (token.url === undefined)
    return own
      .filter(key => token[key] !== undefined)
      .map(key => ({ path: [...path, key], rule, message: 'belongs to url, not to command', atKey: true }));
  const missing = (['clientId', 'clientSecret'] as const)
    .filter(key => token[key] === undefined)
    .map(key => ({ path, rule, message: `must have the key "${key}" with url` }));
  return [...missing, ...urlFindings(token.url, [...path, 'url'])];
}

/** A secret goes there: encrypted, or to this machine alone, and the address itself holds none. */
function urlFindings(url: string, path: Path): Finding[] {
  const rule = 'kafka-token';
  if (!URL.canParse(url)) return [{ path, rule, message: 'must be an http(s) address' }];
  const { protocol, hostname, username, password: inUrl } = new URL(url);
  if (username !== '' || inUrl !== '')
    return [{ path, rule, message: 'must not hold a user or a password: use clientId and clientSecret' }];
  return protocol === 'https:' || isLoopback(hostname.replace(/^\[|\]$/g, ''))
    ? []
    : [{ path, rule, message: 'must begin with https://, for a secret is sent there' }];
}

function modelFindings({ model, modelFrom, mapping, pattern }: KafkaSourceConfig, path: Path): Finding[] {
  const rule = 'model-from';
  const at = [...path, 'modelFrom'];
  if (modelFrom === undefined)
    return pattern?.includes('(?<model>') === true
      ? [{ path: [...path, 'pattern'], rule, message: 'captures a model, so it needs "modelFrom: topic"' }]
      : [];
  if (model !== undefined) return [{ path: at, rule, message: 'must not be set beside model' }];
  return mapping?.['model'] === undefined
    ? []
    : [{ path: at, rule, message: 'must not be set where the mapping says the model' }];
}

/** Members of one group must read the same topics, or partitions are left unread. */
function groupFindings(
  sources: Config['sources'],
  { group, brokers }: KafkaSourceConfig,
  index: number,
): Finding[] {
  const first = sources.findIndex(
    other => other.type === 'kafka' && other.group === group && other.brokers.some(b => brokers.includes(b)),
  );
  if (first === index) return [];
  const message = `must differ from that of sources[${first}], which reads the same brokers: each source needs a group of its own`;
  return [{ path: ['sources', index, 'group'], rule: 'kafka-group', message }];
}
