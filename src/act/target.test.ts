import { describe, expect, it } from 'vitest';
import { createTargetGuard } from './target.ts';

const strict = createTargetGuard([]);
const refused = (guard: typeof strict, url: string) => 'refused' in guard.judge(url);

describe('judge', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'http://a.localhost/',
    'http://10.1.2.3/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0.0.0.0/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a00:1]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:1::1]/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://user:pass@example.com/',
    'http://user@example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'example.com',
    '',
  ])('refuses %s', url => expect(refused(strict, url)).toBe(true));

  it.each([
    'http://example.com/',
    'https://example.com:8443/a?b=c',
    'https://93.184.216.34/',
    'https://[2606:4700::1111]/',
  ])('lets %s pass, to be looked at again when connecting', url =>
    expect(strict.judge(url)).toEqual({ trust: 'public' }),
  );

  it('throws a refusal that names no more than the host', () => {
    expect(() => strict.assert('http://10.0.0.1/hooks/T0KEN')).toThrow('10.0.0.1 is not a public address');
    expect(() => strict.assert('http://u:T0KEN@example.com/')).toThrow(/^(?!.*T0KEN)/);
    expect(() => strict.assert('https://example.com/')).not.toThrow();
  });
});

describe('allow', () => {
  const guard = createTargetGuard([
    '127.0.0.1',
    'Trainer.internal',
    'ci.internal:8443',
    '10.1.0.0/16',
    'fd00::/8',
    '[::1]:9000',
  ]);
  it.each([
    ['http://127.0.0.1:9000/', false],
    ['http://[::ffff:127.0.0.1]/', false],
    ['http://127.0.0.2/', true],
    ['http://trainer.internal/', false],
    ['http://trainer.internal.:99/', false],
    ['https://ci.internal:8443/', false],
    ['http://10.1.200.3/', false],
    ['http://10.2.0.1/', true],
    ['http://[fd12::1]/', false],
    ['http://[fe80::1]/', true],
    ['http://[::1]:9000/', false],
    ['http://[::1]:9001/', true],
    ['http://localhost/', true],
  ])('%s refused: %s', (url, expected) => expect(refused(guard, url)).toBe(expected));

  it('trusts a listed name wherever it leads, and no other name', () => {
    expect(guard.judge('http://trainer.internal/')).toEqual({ trust: 'trusted' });
    expect(guard.judge('https://ci.internal:8443/')).toEqual({ trust: 'trusted' });
    expect(guard.judge('https://ci.internal/')).toEqual({ trust: 'public' });
  });

  it.each(['10.0.0.0/33', 'host/8', '10.0.0.0/', '::/129', '10.0.0.0/x'])('refuses the entry %s', entry => {
    expect(() => createTargetGuard([entry])).toThrow('is not a network');
  });
});

describe('admits', () => {
  it.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['::ffff:8.8.8.8', true],
    ['127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['not an address', false],
  ])('%s: %s', (address, expected) => expect(strict.admits(address)).toBe(expected));
});
