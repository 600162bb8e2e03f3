import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../lib/clock.ts';
import { oauthBearer } from './oauth-bearer.ts';
import { createSecurity, type SecuritySettings } from './settings.ts';

const deps = { clock: createManualClock(0), random: () => 0 };
const user = { username: 'u', password: 'hunter2' };
const make = (settings: Partial<SecuritySettings>) =>
  createSecurity({ source: 'kafka', tls: null, sasl: null, ...settings }, deps);

describe('what kafkajs is told', () => {
  it('nothing unless it is configured', () => {
    expect(make({})).toEqual({ security: {}, warnings: [] });
    expect(make({ tls: {} })).toEqual({ security: { ssl: {} }, warnings: [] });
  });

  it('user and password as they are, with a warning where they cross the network in the clear', () => {
    const plain = { mechanism: 'plain', ...user } as const;
    expect(make({ tls: {}, sasl: plain })).toEqual({ security: { ssl: {}, sasl: plain }, warnings: [] });
    expect(make({ sasl: plain }).warnings).toEqual([
      'sasl.mechanism plain without tls: the password crosses the network in the clear',
    ]);
    expect(make({ sasl: { mechanism: 'scram-sha-512', ...user } }).warnings).toEqual([]);
  });

  it('to take any certificate only with a warning', () => {
    const { security, warnings } = make({ tls: { insecure: true } });
    expect(security).toEqual({ ssl: { rejectUnauthorized: false } });
    expect(warnings.join()).toMatch(/tls\.insecure is set: the brokers are not verified/);
  });

  it('tokens by a mechanism of its own, for MSK too', () => {
    const sasl = { mechanism: 'oauthbearer', token: { command: ['x'] }, extensions: {} } as const;
    for (const each of [sasl, { mechanism: 'aws-msk-iam', region: 'eu-west-1' } as const])
      expect(make({ tls: {}, sasl: each }).security.sasl).toMatchObject({
        mechanism: 'oauthbearer',
        authenticationProvider: expect.any(Function),
      });
    expect(make({ sasl }).warnings.join()).toContain('the token crosses the network in the clear');
  });
});

describe('OAUTHBEARER', () => {
  const exchange = async (answer: string | Error, token: () => Promise<string> = async () => 'abc') => {
    const seen = { sent: '', refused: 0, logged: [] as unknown[] };
    const keeper = { token, refused: () => void seen.refused++ };
    const mechanism = oauthBearer({ keeper, extensions: { logicalCluster: 'lkc-1', pool: 'p' } });
    const logger = { error: (...line: unknown[]) => void seen.logged.push(line) };
    const { authenticate } = mechanism.authenticationProvider({
      host: 'b',
      port: 9,
      logger: logger as never,
      saslAuthenticate: (async ({ request, response }: never) => {
        const { encode } = request as { encode: () => Buffer };
        const { decode, parse } = response as { decode: (b: Buffer) => Buffer; parse: (b: Buffer) => string };
        const bytes = encode();
        expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
        seen.sent = bytes.subarray(4).toString();
        if (answer instanceof Error) throw answer;
        const length = Buffer.alloc(4);
        length.writeInt32BE(answer === '' ? -1 : answer.length);
        return parse(decode(Buffer.concat([length, Buffer.from(answer)])));
      }) as never,
    });
    const failure = await authenticate().then(
      () => null,
      (error: Error) => error,
    );
    return { ...seen, failure };
  };

  it('sends what RFC 7628 wants, with extensions', async () => {
    const { sent, failure, refused } = await exchange('');
    expect(sent).toBe('n,,\u0001auth=Bearer abc\u0001logicalCluster=lkc-1\u0001pool=p\u0001\u0001');
    expect([failure, refused]).toEqual([null, 0]);
  });

  it('takes a refusal for one, and lets go of the token', async () => {
    const { failure, refused, logged } = await exchange('{"status":"invalid_token","scope":"abc"}');
    expect(failure).toMatchObject({ name: 'KafkaJSSASLAuthenticationError' });
    const text = 'SASL OAUTHBEARER authentication failed: the broker refused the token (invalid_token)';
    expect(failure!.message).toBe(text);
    expect([refused, logged]).toEqual([1, [[text, { broker: 'b:9' }]]]);
    expect((await exchange('whatever')).failure!.message).toContain('(no reason given)');
    expect((await exchange(new Error('closed'))).failure!.message).toContain('failed: closed');
  });

  it('says why there is no token', async () => {
    const { failure, sent } = await exchange('', () => Promise.reject(new Error('the endpoint is away')));
    expect(failure!.message).toBe('SASL OAUTHBEARER authentication failed: the endpoint is away');
    expect(sent).toBe('');
  });
});
