import { describe, expect, it } from 'vitest';
import { callerAddress, createNetworks, isOwnAddress } from './networks.ts';

describe('createNetworks', () => {
  const some = createNetworks(['10.1.0.0/16', '192.168.1.7', 'fd00::/8'])!;
  it.each(['10.1.2.3', '::ffff:10.1.2.3', '192.168.1.7', 'fd12::1'])('has %s', a =>
    expect(some.has(a)).toBe(true),
  );
  it.each(['10.2.0.1', '192.168.1.8', 'fe80::1', '', 'host', '10.1.2.3.4'])('has not %j', a =>
    expect(some.has(a)).toBe(false),
  );
  it.each(['proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0.0/-1', ''])(
    'does not know %j',
    text => expect(createNetworks([text])).toBeNull(),
  );
});

it.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.1', false],
])('%s is this machine: %s', (address, own) => expect(isOwnAddress(address)).toBe(own));

it.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, as) => expect(callerAddress(address)).toBe(as));
