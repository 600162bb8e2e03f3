import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, systemClock } from '../../../lib/clock.ts';
import { jwtExpiry, keepToken, readToken, type Token } from './token.ts';
import { askCommand } from './token-command.ts';
import { askEndpoint, type EndpointSettings } from './token-endpoint.ts';
import { askMsk, type MskSigner } from './token-msk.ts';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('what a token is', () => {
  const now = 1_000_000;
  const texts: readonly [text: string, token: Token | null][] = [
    ['abc\n', { value: 'abc', expiresAt: null }],
    [jwt({ exp: 2_000 }), { value: jwt({ exp: 2_000 }), expiresAt: 2_000_000 }],
    ['{"access_token":"abc","expires_in":60}', { value: 'abc', expiresAt: 1_060_000 }],
    ['{"access_token":"abc","expires_in":"60"}', { value: 'abc', expiresAt: 1_060_000 }],
    ['{"token":"abc","expiresInSeconds":1.5}', { value: 'abc', expiresAt: 1_001_500 }],
    [
      `{"access_token":"${jwt({ exp: 2_000 })}","expires_in":9e9}`,
      { value: jwt({ exp: 2_000 }), expiresAt: 2_000_000 },
    ],
    ['{"access_token":"abc","expires_in":-1}', { value: 'abc', expiresAt: null }],
    ['', null],
    ['two words', null],
    ['a\u0001b', null],
    ['{"error":"no"}', null],
    ['{"access_token":7}', null],
    ['{"access_token":"a b"}', null],
    ['{not json', null],
    ['x'.repeat(70_000), null],
  ];
  it.each(texts)('%s', (text, token) => expect(readToken(text, now)).toEqual(token));

  it('ends when a JWT says so, and what is none says nothing', () => {
    expect(jwtExpiry(jwt({ exp: 12.5 }))).toBe(12_500);
    for (const text of ['', 'a', 'a.b', 'a.b.c', jwt({}), jwt({ exp: 'soon' }), jwt([])])
      expect(jwtExpiry(text)).toBeNull();
  });
});

describe('keeping a token', () => {
  const keeping = (life: number | null) => {
    const clock = createManualClock(0);
    let asked = 0;
    const ask = async () => {
      await Promise.resolve();
      asked++;
      return { value: `t${asked}`, expiresAt: life === null ? null : clock.now() + life };
    };
    return { clock, keeper: keepToken(ask, clock), asked: () => asked };
  };

  it('asks once for everybody, and anew half a minute before the end', async () => {
    const { clock, keeper, asked } = keeping(3_600_000);
    expect(await Promise.all([keeper.token(), keeper.token(), keeper.token()])).toEqual(['t1', 't1', 't1']);
    clock.advance(3_569_999);
    expect(await keeper.token()).toBe('t1');
    clock.advance(1);
    expect(await keeper.token()).toBe('t2');
    expect(asked()).toBe(2);
  });

  it('asks anew at half of a short life, each time where no end is known, and after a refusal', async () => {
    const short = keeping(20_000);
    await short.keeper.token();
    short.clock.advance(9_999);
    expect(await short.keeper.token()).toBe('t1');
    short.clock.advance(1);
    expect(await short.keeper.token()).toBe('t2');
    const endless = keeping(null);
    expect([await endless.keeper.token(), await endless.keeper.token()]).toEqual(['t1', 't2']);
    const refused = keeping(3_600_000);
    await refused.keeper.token();
    refused.keeper.refused();
    expect(await refused.keeper.token()).toBe('t2');
  });

  it('does not keep a failure, and does not send a token that has ended', async () => {
    const clock = createManualClock(5_000);
    const answers = [Promise.reject(new Error('no')), Promise.resolve({ value: 't', expiresAt: null })];
    const keeper = keepToken(() => answers.shift()!, clock);
    await expect(keeper.token()).rejects.toThrow('no');
    expect(await keeper.token()).toBe('t');
    const ended = keepToken(async () => ({ value: 't', expiresAt: 5_000 }), clock);
    await expect(ended.token()).rejects.toThrow('the token ended at 1970-01-01T00:00:05.000Z');
  });
});

describe('a token by a command', () => {
  const ask = (script: string, timeoutMilliseconds = 10_000) =>
    askCommand({
      command: [process.execPath, '-e', script, '--', 'hunter2; $(id)'],
      clock: systemClock,
      timeoutMilliseconds,
    })();

  it('is what the program prints; its arguments go through no shell', async () => {
    expect(await ask('console.log("abc")')).toEqual({ value: 'abc', expiresAt: null });
    const { value } = await ask('console.log(Buffer.from(process.argv.at(-1)).toString("hex"))');
    expect(Buffer.from(value, 'hex').toString()).toBe('hunter2; $(id)');
  });

  const failures: readonly [name: string, script: string, says: RegExp][] = [
    [
      'fails',
      'console.log("hunter2"); process.exit(3)',
      /node\S* ended with code 3; run it by hand to see why$/,
    ],
    ['is killed', 'process.kill(process.pid, "SIGTERM")', /ended with SIGTERM/],
    ['prints none', 'console.log("two words of hunter2")', /printed no token/],
    [
      'prints for ever',
      'setInterval(() => console.log("hunter2".repeat(9999)), 1)',
      /printed more than 65536 bytes$/,
    ],
    ['does not end', 'setInterval(() => {}, 1000)', /did not end within 0\.4 s$/],
  ];
  it.each(failures)('that %s', async (name, script, says) => {
    const failure = await ask(script, name === 'does not end' ? 400 : 10_000).catch((error: Error) => error);
    expect((failure as Error).message).toMatch(says);
    expect(String((failure as Error).stack)).not.toContain('hunter2');
  });

  it('that is not there', async () => {
    await expect(askCommand({ command: ['/no/such'], clock: systemClock })()).rejects.toThrow(
      'the token command /no/such cannot be run (ENOENT)',
    );
  });
});

describe('a token by an endpoint', () => {
  let server: Server;
  let url: string;
  let answers: [status: number, body: string][] = [];
  const asked: { authorization: string | undefined; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', chunk => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body });
        const [status, text] = answers.shift() ?? [500, ''];
        if (status === 0) return;
        response.writeHead(status, { location: '/elsewhere' }).end(text);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => void asked.splice(0));

  const settings = (): EndpointSettings => ({
    url,
    clientId: 'me:1',
    clientSecret: 'hunter2+',
    credentials: 'header',
  });
  const ask = (more: Partial<EndpointSettings> = {}, timeoutMilliseconds = 3_000) => {
    const clock = { now: () => 0, sleep: async () => {} };
    return askEndpoint({
      settings: { ...settings(), ...more },
      clock,
      random: () => 0,
      timeoutMilliseconds,
    })();
  };
  const good: [number, string] = [200, '{"access_token":"abc","expires_in":60}'];

  it('by HTTP Basic as RFC 6749 has it, or in the body', async () => {
    answers = [good, good];
    expect(await ask({ scope: 'a b', audience: 'kafka' })).toEqual({ value: 'abc', expiresAt: 60_000 });
    await ask({ credentials: 'body' });
    const basic = Buffer.from('me%3A1:hunter2%2B').toString('base64');
    expect(asked).toEqual([
      { authorization: `Basic ${basic}`, body: 'grant_type=client_credentials&scope=a+b&audience=kafka' },
      {
        authorization: undefined,
        body: 'grant_type=client_credentials&client_id=me%3A1&client_secret=hunter2%2B',
      },
    ]);
  });

  const table: readonly [status: number, attempts: number, says: RegExp][] = [
    [400, 1, /token endpoint http:\/\/127\S+\/token answered 400 invalid_scope$/],
    [401, 1, /answered 401 invalid_scope$/],
    [403, 1, /answered 403/],
    [302, 1, /answered 302/],
    [429, 3, /answered 429/],
    [500, 3, /answered 500/],
    [503, 3, /answered 503 invalid_scope$/],
  ];
  it.each(table)('%i: asked %i time(s)', async (status, attempts, says) => {
    const body = '{"error":"invalid_scope","error_description":"hunter2"}';
    answers = Array.from({ length: 5 }, () => [status, body]);
    const failure = await ask().catch((error: Error) => error);
    expect((failure as Error).message).toMatch(says);
    expect(String((failure as Error).stack)).not.toContain('hunter2');
    expect(asked).toHaveLength(attempts);
  });

  it('that comes with the second attempt', async () => {
    answers = [[503, ''], good];
    expect((await ask()).value).toBe('abc');
  });

  it('from an endpoint that answers nothing, too much, something else, or not at all', async () => {
    answers = [
      [0, ''],
      [0, ''],
      [0, ''],
    ];
    await expect(ask({}, 100)).rejects.toThrow(/did not answer within 0\.1 s$/);
    answers = [[200, 'x'.repeat(70_000)]];
    await expect(ask()).rejects.toThrow(/answered with more than 65536 bytes$/);
    answers = [[200, '{}']];
    await expect(ask()).rejects.toThrow(/answered without access_token$/);
    const gone = createServer();
    await new Promise<void>(resolve => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise(resolve => gone.close(resolve));
    await expect(ask({ url: `http://127.0.0.1:${port}/t` })).rejects.toThrow(
      `http://127.0.0.1:${port}/t cannot be reached (ECONNREFUSED)`,
    );
  });
});

describe('a token for MSK', () => {
  const signer = (seen: object[]): MskSigner => ({
    generateAuthToken: async options => {
      seen.push(options);
      return { token: 'own', expiryTime: 900_000 };
    },
    generateAuthTokenFromRole: async options => {
      seen.push(options);
      return { token: 'role', expiryTime: 900_000 };
    },
  });

  it('is signed by the process or by a role', async () => {
    const seen: object[] = [];
    const load = async () => signer(seen);
    expect(await askMsk({ region: 'eu-west-1' }, load)()).toEqual({ value: 'own', expiresAt: 900_000 });
    expect((await askMsk({ region: 'eu-west-1', role: 'arn:aws:iam::1:role/x' }, load)()).value).toBe('role');
    expect(seen).toEqual([
      { region: 'eu-west-1' },
      { region: 'eu-west-1', awsRoleArn: 'arn:aws:iam::1:role/x', awsRoleSessionName: 'leeway' },
    ]);
  });

  it('needs a package of its own, and says so', async () => {
    await expect(askMsk({ region: 'eu-west-1' })()).rejects.toThrow(
      'needs a package that is not installed: npm install aws-msk-iam-sasl-signer-js',
    );
  });

  it('without credentials is said without what the signer says', async () => {
    const generateAuthToken = () =>
      Promise.reject(Object.assign(new Error('hunter2'), { name: 'CredentialsProviderError' }));
    const load = async () => ({ ...signer([]), generateAuthToken });
    const failure = await askMsk({ region: 'r' }, load)().catch((error: Error) => error);
    expect((failure as Error).message).toBe(
      'AWS credentials for this process cannot be had (CredentialsProviderError)',
    );
  });
});
