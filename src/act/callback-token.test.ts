import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeToken, mintToken } from './callback-token.ts';

const order = 'or_0123456789abcdef0123456789abcdef';
const expires = 1_800_000_000;
const now = (expires - 1) * 1000;
const token = mintToken({ order, expires }, 'a secret of the service');

describe('callback token', () => {
  it('is the documented vector', () => {
    expect(token).toBe(
      'lwc1.or_0123456789abcdef0123456789abcdef.1800000000.PCJXDj5bhTvsS8tMDZ1r4vPthcA3Rd3sOJo_QHgsuNg',
    );
    expect(mintToken({ order: 'or_1', expires: 1_700_000_000.9 }, 'secret')).toBe(
      'lwc1.or_1.1700000000.JWfcokpa_crwMv2meyNl7TsrXyyRDup-lZXjDiyJ0DI',
    );
  });

  it('holds for its order until its time, with any of the secrets', () => {
    expect(judgeToken(token, { order, now }, ['another', 'a secret of the service'])).toBe('valid');
    expect(judgeToken(token, { order, now: expires * 1000 }, ['a secret of the service'])).toBe('expired');
    expect(judgeToken(token, { order: `${order}0`, now }, ['a secret of the service'])).toBe('forged');
    expect(judgeToken(token, { order, now }, ['another'])).toBe('forged');
    expect(judgeToken(token, { order, now }, [])).toBe('forged');
  });

  it('an expiry cannot be moved, nor an order put in the place of another', () => {
    const [, , , mac] = token.split('.');
    for (const content of [
      `lwc1.${order}.${expires + 1}`,
      `lwc1.or_2.${expires}`,
      `lwc2.${order}.${expires}`,
      `lwc1.${order}.${expires}.`,
    ])
      expect(judgeToken(`${content}.${mac}`, { order, now }, ['a secret of the service'])).toBe('forged');
  });

  it('no other text passes', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: token.length - 1 }), (text, at) => {
        const changed = token.slice(0, at) + text + token.slice(at + 1);
        if (changed === token) return;
        expect(judgeToken(changed, { order, now }, ['a secret of the service'])).toBe('forged');
        expect(judgeToken(text, { order, now }, ['a secret of the service'])).toBe('forged');
      }),
    );
  });
});
