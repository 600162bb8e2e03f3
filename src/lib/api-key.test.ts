import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, isLive, isSecretOf, mintKey, parseKey } from './api-key.ts';

describe('a key', () => {
  it('is read back into its id and a secret of more than 160 bits, and kept as a hash alone', () => {
    const { key, id, hash } = mintKey();
    expect(key).toMatch(/^lw_[0-9A-Za-z]{10}_[0-9A-Za-z]{32}$/);
    const parts = parseKey(key)!;
    expect(parts.id).toBe(id);
    expect(parts.secret.length * Math.log2(62)).toBeGreaterThan(160);
    expect(hash).toBe(`sha256:${createHash('sha256').update(parts.secret).digest('hex')}`);
    expect(isSecretOf(parts.secret, hash)).toBe(true);
  });

  it('never repeats, and uses every letter', () => {
    const keys = Array.from({ length: 500 }, () => mintKey().key);
    expect(new Set(keys).size).toBe(500);
    expect(new Set(keys.flatMap(key => key.slice(14).split(''))).size).toBe(62);
  });

  it.each([
    '',
    'lw_',
    'lw_short_abc',
    `lw_abcdefghij_${'a'.repeat(26)}`,
    `lw_abcdefghij_${'a'.repeat(32)}\n`,
    `xx_abcdefghij_${'a'.repeat(32)}`,
    `lw_abcdefghij_${'ä'.repeat(32)}`,
  ])('is not %j', text => expect(parseKey(text)).toBeNull());

  it('does not fit another hash, nor nobody', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(isSecretOf(a, hashOf(b))).toBe(a === b);
        expect(isSecretOf(a, null)).toBe(false);
        expect(isSecretOf(a, 'sha256:')).toBe(false);
      }),
    );
  });

  it('lives until it expires or is revoked', () => {
    expect(isLive({ expires: null, revoked: null }, 5)).toBe(true);
    expect(isLive({ expires: 6, revoked: null }, 5)).toBe(true);
    expect(isLive({ expires: 5, revoked: null }, 5)).toBe(false);
    expect(isLive({ expires: null, revoked: 1 }, 5)).toBe(false);
  });
});
