import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTargetGuard } from './target.ts';

const strict = createTargetGuard([]);
const refused = (guard: typeof strict, url: string) => 'refused' in guard.judge(url);

/** Addresses with what is expected of them, a JSON object a line. */
function corpus(name: string): readonly { readonly url: string; readonly reason?: string }[] {
  const text = readFileSync(new URL(`../../test/act-corpus/${name}.ndjson`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as { url: string; reason?: string });
}

describe('judge', () => {
  it('refuses every address of the corpus, for the reason that stands there', () => {
    const all = corpus('refused-targets');
    const wrong = all.flatMap(({ url, reason }) => {
      const verdict = strict.judge(url);
      const given = 'refused' in verdict ? verdict.reason : verdict.trust;
      return given === reason ? [] : [`${JSON.stringify(url)}: ${given}, not ${reason}`];
    });
    expect(wrong).toEqual([]);
    expect(new Set(all.map(({ url }) => url)).size).toBeGreaterThan(400);
  });

  it('lets the others pass, to be looked at again when connecting', () => {
    for (const { url } of corpus('allowed-targets'))
      expect(strict.judge(url), url).toEqual({ trust: 'public' });
  });

  it('refuses every address of a network that is not public, however it is written', () => {
    const octet = fc.nat(255);
    const within = fc
      .tuple(fc.constantFrom([10], [127], [169, 254], [192, 168], [100, 64], [0], [224]), octet, octet, octet)
      .map(([net, ...rest]) => [...net, ...rest].slice(0, 4));
    fc.assert(
      fc.property(within, fc.nat(5), (bytes, form) => {
        const [a, b, c, d] = bytes as [number, number, number, number];
        const whole = ((a * 256 + b) * 256 + c) * 256 + d;
        const hex = (n: number) => `0x${n.toString(16)}`;
        const octal = (n: number) => `0${n.toString(8)}`;
        const texts = [
          bytes.join('.'),
          String(whole),
          hex(whole),
          bytes.map(octal).join('.'),
          `[::ffff:${bytes.join('.')}]`,
          `${hex(a)}.${octal(b)}.${c * 256 + d}`,
        ];
        expect(refused(strict, `http://${texts[form]}/`), texts[form]!).toBe(true);
      }),
    );
  });

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
    expect(refused(createTargetGuard(['ci.internal:8443']), 'https://ci.internal/')).toBe(true);
  });

  it('lets what is listed be called at any port, and nothing else', () => {
    const listed = createTargetGuard(['ci.example.com', 'bücher.example:22', '10.1.0.0/16']);
    const ports = ['http://ci.example.com:25/', 'http://bücher.example:22/', 'http://10.1.0.1:6379/'];
    for (const url of ports) expect(refused(listed, url), url).toBe(false);
    for (const url of ['http://bücher.example:25/', 'http://8.8.8.8:25/'])
      expect(listed.judge(url)).toMatchObject({ reason: 'port' });
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
    ['fe80::1%eth0', false],
    ['2606:4700::1111%eth0', false],
    ['127.1', false],
    ['0x7f000001', false],
    ['2130706433', false],
    ['not an address', false],
  ])('%s: %s', (address, expected) => expect(strict.admits(address)).toBe(expected));
});
