import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, parseSealingKey } from './seal.ts';

const [first, second] = [randomBytes(32), randomBytes(32)];

describe('seal', () => {
  it('opens what it sealed, never twice the same, and shows nothing of it', () => {
    const sealer = createSealer([first]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, context) => {
        const sealed = sealer.seal(text, context);
        expect(sealer.open(sealed, context)).toEqual({ text, stale: false });
        expect(sealer.seal(text, context)).not.toBe(sealed);
      }),
    );
    expect(sealer.seal('https://example.com/T0KEN', 'x')).not.toMatch(/T0KEN|example/);
  });

  it('opens with an older key, which no longer seals', () => {
    const old = createSealer([first]).seal('text', 'pager');
    const both = createSealer([second, first]);
    expect(both.open(old, 'pager')).toEqual({ text: 'text', stale: true });
    const anew = both.seal('text', 'pager');
    expect(createSealer([second]).open(anew, 'pager')).toEqual({ text: 'text', stale: false });
    expect(createSealer([first]).open(anew, 'pager')).toBeNull();
  });

  it('opens nothing that was changed, cut, or belongs elsewhere', () => {
    const sealer = createSealer([first]);
    const sealed = sealer.seal('text', 'pager');
    expect(sealer.open(sealed, 'chat')).toBeNull();
    expect(createSealer([second]).open(sealed, 'pager')).toBeNull();
    for (const broken of [
      '',
      'v1',
      sealed.replace('v1', 'v2'),
      sealed.slice(0, -1),
      'v1.a.b.c',
      `${sealed}A`,
    ])
      expect(sealer.open(broken, 'pager'), broken).toBeNull();
    const at = sealed.lastIndexOf('.') + 3;
    const other = sealed[at] === 'A' ? 'B' : 'A';
    expect(sealer.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'pager')).toBeNull();
  });

  it('does not seal without a key', () => {
    expect(createSealer([]).able).toBe(false);
    expect(() => createSealer([]).seal('a', 'b')).toThrow('no key');
  });
});

describe('parseSealingKey', () => {
  it.each([
    [first.toString('base64'), true],
    [first.toString('base64url'), true],
    [first.toString('hex'), true],
    [first.toString('hex').toUpperCase(), true],
    [randomBytes(31).toString('base64'), false],
    [randomBytes(33).toString('base64'), false],
    ['', false],
    ['a'.repeat(64).replace('a', 'g'), false],
    ['password', false],
  ])('%s: %s', (text, good) => expect(parseSealingKey(text) !== null).toBe(good));
});
