import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { LeewayError } from '../lib/errors.ts';
import { parseSecret, sign } from './signature.ts';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;

describe('sign', () => {
  it('gives what the standardwebhooks package gives', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.nat({ max: 4_000_000_000 }),
        fc.string({ unit: 'binary' }),
        (id, timestamp, body) => {
          const own = secret();
          const theirs = new Webhook(own).sign(id, new Date(timestamp * 1000), body);
          expect(sign({ id, timestamp, body }, [parseSecret(own)])).toBe(theirs);
        },
      ),
    );
  });

  it('signs with every secret, so that either may be replaced', () => {
    const [old, fresh] = [secret(), secret()];
    const timestamp = Math.floor(Date.now() / 1000);
    const signature = sign({ id: 'msg_1', timestamp, body: '{"a":1}' }, [
      parseSecret(old),
      parseSecret(fresh),
    ]);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    };
    for (const key of [old, fresh]) expect(new Webhook(key).verify('{"a":1}', headers)).toEqual({ a: 1 });
    expect(() => new Webhook(secret()).verify('{"a":1}', headers)).toThrow('No matching signature');
    expect(() => new Webhook(old).verify('{"a":2}', headers)).toThrow('No matching signature');
  });
});

describe('docs/webhooks.md', () => {
  const text = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');

  it('gives a test vector that is right', () => {
    const [, own, id, timestamp, body, signature] =
      /secret `(.+?)`, id `(.+?)`, timestamp `(.+?)`, body `(.+?)` gives `(.+?)`/.exec(text)!;
    expect(sign({ id: id!, timestamp: Number(timestamp), body: body! }, [parseSecret(own!)])).toBe(signature);
  });
});

describe('parseSecret', () => {
  it.each([
    '',
    'whsec_',
    'secret',
    `whsec_${'!'.repeat(40)}`,
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    Buffer.alloc(32).toString('base64'),
  ])('refuses %j without showing it', text => {
    let error: unknown;
    try {
      parseSecret(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(LeewayError);
    expect((error as LeewayError).code).toBe('LW_CONFIG_INVALID');
    if (text.length > 8) expect((error as LeewayError).message).not.toContain(text.slice(7));
  });

  it.each([24, 32, 64])('takes %d bytes', length => {
    expect(parseSecret(`whsec_${Buffer.alloc(length, 7).toString('base64')}`)).toHaveLength(length);
  });
});
