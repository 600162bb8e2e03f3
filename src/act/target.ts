import { BlockList, isIP } from 'node:net';
import { LeewayError } from '../lib/errors.ts';

/**
 * Networks that are not the public internet: this host, private and shared networks, link-local (cloud metadata),
 * test and benchmark ranges, multicast, reserved; for IPv6 also every form that carries an IPv4 address. An
 * IPv4-mapped address (::ffff:a.b.c.d) is judged as its IPv4 address by BlockList itself.
 */
const notPublic: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
];

/** Whether and how an address may be called: `trusted` by name (no look at where it resolves to), or `public`. */
export type TargetVerdict = { readonly trust: 'trusted' | 'public' } | { readonly refused: string };

/** Decides where this process may send requests. */
export interface TargetGuard {
  /** Looks at the text of an address: scheme, credentials, literal addresses. Resolves nothing. */
  judge(url: string): TargetVerdict;
  /** As judge, but refusals are thrown; the message holds no more of the address than its host. */
  assert(url: string): void;
  /** Whether a resolved address may be connected to. */
  admits(address: string): boolean;
}

/**
 * Guard against server-side request forgery. `allow` lists what may be called although it is not public: `host`,
 * `host:port`, an address, or a network as `10.1.0.0/16`.
 */
export function createTargetGuard(allow: readonly string[]): TargetGuard {
  const blocked = new BlockList();
  for (const [network, bits] of notPublic) blocked.addSubnet(network, bits, familyOf(network));
  const allowed = new BlockList();
  const names = new Set<string>();
  for (const entry of allow) addAllowed(entry, allowed, names);

  const admits = (address: string) => {
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return allowed.check(address, family) || !blocked.check(address, family);
  };
  const judge = (text: string): TargetVerdict => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null) return { refused: 'not a URL' };
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return { refused: 'only http and https are used' };
    if (url.username !== '' || url.password !== '')
      return { refused: 'user name and password do not belong into it' };
    const host = hostOf(url.hostname);
    const port = url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port;
    if (names.has(host) || names.has(`${host}:${port}`)) return { trust: 'trusted' };
    if (isIP(host) !== 0 && !admits(host)) return { refused: `${host} is not a public address` };
    if (host === 'localhost' || host.endsWith('.localhost')) return { refused: `${host} is this machine` };
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

function addAllowed(entry: string, networks: BlockList, names: Set<string>): void {
  const [network = '', bits] = entry.split('/', 2);
  const prefix = Number(bits);
  if (bits !== undefined) {
    const most = isIP(network) === 4 ? 32 : 128;
    if (isIP(network) === 0 || !/^\d{1,3}$/.test(bits) || prefix > most)
      throw new LeewayError(
        'LW_CONFIG_INVALID',
        `webhooks.allow: "${entry}" is not a network such as 10.1.0.0/16`,
      );
    networks.addSubnet(network, prefix, familyOf(network));
  } else if (isIP(entry) !== 0) networks.addAddress(entry, familyOf(entry));
  else names.add(hostOf(entry));
}

/** Lower case, without the brackets of IPv6 and the full stop of a rooted name. */
function hostOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^\[(.*)\](?=$|:)/, '$1')
    .replace(/\.(?=$|:\d+$)/, '');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
