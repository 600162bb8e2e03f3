import { BlockList, isIP } from 'node:net';

/** A set of addresses and networks. */
export interface Networks {
  has(address: string): boolean;
}

/** Networks of texts such as `10.1.2.3` and `10.1.0.0/16`; null when one of them is neither. */
export function createNetworks(texts: readonly string[]): Networks | null {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits, more] = text.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (family === 0 || more !== undefined || !(prefix <= most)) return null;
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    has: address => {
      const plain = plainAddress(address);
      const family = isIP(plain);
      return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

/** An address as people write it: IPv4 in IPv6's clothes (`::ffff:10.0.0.1`) is IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

const own = createNetworks(['127.0.0.0/8', '::1'])!;

/** Whether an address is this machine's own. */
export function isOwnAddress(address: string): boolean {
  return own.has(address);
}

/** What counts as one caller: an IPv4 address, or the /64 network of an IPv6 one. */
export function callerAddress(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const parts = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return `${parts
    .slice(0, 4)
    .map(part => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`;
}
