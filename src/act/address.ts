import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address or a network in a list of what may be called. */
export type Network = readonly [Address, number];

/** What IPv6 gives out as public addresses; everything else is special, reserved, or not assigned. */
const global = ipaddr.IPv6.parseCIDR('2000::/3');

/** The middle of an ISATAP address, before the IPv4 address it tunnels to. */
const isatap = 0x5efe;

/** An address in its usual notation (that of a URL after parsing, or of a resolver); null for anything else. */
export function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? plain(ipaddr.IPv6.parse(text)) : null;
}

/** `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const address = parseAddress(text);
  if (address !== null) return [address, address.kind() === 'ipv4' ? 32 : 128];
  const [head = ''] = text.split('/');
  if (parseAddress(head) === null || !ipaddr.isValidCIDR(text)) return null;
  return ipaddr.parseCIDR(text);
}

/**
 * Whether an address is of the public internet: not this host, a private or shared network, link-local (cloud
 * metadata), a test or benchmark range, multicast, reserved; nor an IPv6 address that leads to an IPv4 address that is
 * not (6to4, Teredo and NAT64 are refused whole, ISATAP by what it tunnels to).
 */
export function isPublic(address: Address): boolean {
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const { parts, zoneId } = address as ipaddr.IPv6;
  if (zoneId !== undefined || address.range() !== 'unicast' || !address.match(global)) return false;
  if (parts[5] !== isatap || (parts[4] !== 0 && parts[4] !== 0x0200)) return true;
  const tunnelled = [parts[6]! >> 8, parts[6]! & 0xff, parts[7]! >> 8, parts[7]! & 0xff];
  return new ipaddr.IPv4(tunnelled).range() === 'unicast';
}

export function isWithin(address: Address, networks: readonly Network[]): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

/** IPv4 in the clothes of IPv6 (`::ffff:10.0.0.1`) is IPv4. */
function plain(address: ipaddr.IPv6): Address {
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}
