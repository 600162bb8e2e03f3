import { domainToASCII } from 'node:url';
import { LeewayError } from '../lib/errors.ts';
import { isPublic, isWithin, type Network, parseAddress, parseNetwork } from './address.ts';

/** Why an address is not called. */
export type TargetRefusal = 'not-a-url' | 'scheme' | 'credentials' | 'port' | 'local-name' | 'not-public';

/** Whether and how an address may be called: `trusted` by name (no look at where it resolves to), or `public`. */
export type TargetVerdict =
  | { readonly trust: 'trusted' | 'public' }
  | { readonly refused: string; readonly reason: TargetRefusal };

/** Decides where this process may send requests. */
export interface TargetGuard {
  /** Looks at the text of an address: scheme, credentials, port, names, literal addresses. Resolves nothing. */
  judge(url: string): TargetVerdict;
  /** As judge, but refusals are thrown; the message holds no more of the address than its host. */
  assert(url: string): void;
  /** Whether a resolved address may be connected to. */
  admits(address: string): boolean;
}

/** Endings of names of this machine, ... */
const ownEndings = ['localhost', 'localdomain'];

/** ... and of names that never lead to the public internet. */
const localEndings = ['local', 'internal', 'intranet', 'lan', 'home.arpa', 'onion'];

/**
 * Ports from 1024 on that speak something else than HTTP: what browsers refuse to call, and the usual ports of
 * databases, queues and container engines. Below 1024 only 80 and 443 are called.
 */
const oddPorts = new Set([
  1433, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 3659, 4045, 4190,
  5060, 5061, 5432, 5672, 5900, 6000, 6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 9042, 9092, 9200,
  9300, 10080, 10250, 11211, 27017,
]);

/**
 * Guard against server-side request forgery. `allow` lists what may be called although it is not public: `host`,
 * `host:port`, an address, or a network as `10.1.0.0/16`. What is listed may be called at any port.
 */
export function createTargetGuard(allow: readonly string[]): TargetGuard {
  const networks: Network[] = [];
  const names = new Set<string>();
  for (const entry of allow) addAllowed(entry, networks, names);

  const admits = (text: string) => {
    const address = parseAddress(text);
    return address !== null && (isWithin(address, networks) || isPublic(address));
  };
  const judge = (text: string): TargetVerdict => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const refusal = url === null ? refuse('not-a-url', 'not a URL') : refusalOfParts(url);
    if (url === null || refusal !== null) return refusal ?? refuse('not-a-url', 'not a URL');
    const host = hostOf(url.hostname);
    const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443));
    if (names.has(host) || names.has(`${host}:${port}`)) return { trust: 'trusted' };
    const address = parseAddress(host);
    if (address !== null && isWithin(address, networks)) return { trust: 'public' };
    if (address !== null && !isPublic(address))
      return refuse('not-public', `${host} is not a public address`);
    // Where networks are listed, such a name may lead into one of them: that is seen when connecting.
    if (address === null && (isOwnName(host) || (networks.length === 0 && isLocalName(host))))
      return refuse('local-name', `${host} is not a public name`);
    if (isOddPort(port)) return refuse('port', `port ${port} is not one of HTTP`);
    return { trust: 'public' };
  };
  return {
    judge,
    admits,
    assert: url => {
      const verdict = judge(url);
      if ('refused' in verdict)
        throw new LeewayError('LW_TARGET_REFUSED', `webhook target refused: ${verdict.refused}`);
    },
  };
}

function refuse(reason: TargetRefusal, refused: string): TargetVerdict & { readonly refused: string } {
  return { reason, refused };
}

function refusalOfParts(url: URL): ReturnType<typeof refuse> | null {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse('scheme', 'only http and https are used');
  if (url.username !== '' || url.password !== '')
    return refuse('credentials', 'user name and password do not belong into it');
  return null;
}

function isOwnName(host: string): boolean {
  return host.split('.').some(label => label === '') || endsIn(host, ownEndings);
}

function endsIn(host: string, endings: readonly string[]): boolean {
  return endings.some(ending => host === ending || host.endsWith(`.${ending}`));
}

/** A name without a dot means something in this network alone; so do the endings above. */
function isLocalName(host: string): boolean {
  return !host.includes('.') || endsIn(host, localEndings);
}

function isOddPort(port: number): boolean {
  return port < 1024 ? port !== 80 && port !== 443 : oddPorts.has(port);
}

function addAllowed(entry: string, networks: Network[], names: Set<string>): void {
  const network = parseNetwork(entry);
  if (network !== null) networks.push(network);
  else if (entry.includes('/'))
    throw new LeewayError(
      'LW_CONFIG_INVALID',
      `outbound.allow: "${entry}" is not a network such as 10.1.0.0/16`,
    );
  else names.add(nameOf(entry));
}

/** A name of the list as it stands in a parsed address. */
function nameOf(entry: string): string {
  const [, name = entry, port = ''] = /^([^[\]:]+)(:\d+)?$/.exec(entry) ?? [];
  return hostOf(`${domainToASCII(name) || name}${port}`);
}

/** Lower case, without the brackets of IPv6 and the full stop of a rooted name. */
function hostOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\[(.*)\](?=$|:)/, '$1')
    .replace(/\.(?=$|:\d+$)/, '');
}
