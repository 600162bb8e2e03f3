import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, freePort, startBroker } from './broker.ts';
import { type Authority, createAuthority, type Pair } from './certificates.ts';

/** A broker that also listens with TLS and every SASL mechanism, and with TLS that wants a client certificate. */
export interface SecureBroker {
  readonly broker: Broker;
  /** SASL over TLS. */
  readonly sasl: string;
  /** TLS with client certificates. */
  readonly mutual: string;
  readonly user: { readonly name: string; readonly password: string };
  readonly authority: Authority;
  readonly client: Pair;
  /** A JWT that the broker takes, ending in so many seconds. */
  token(seconds: number, audience?: string): string;
  remove(): Promise<void>;
}

/** How long the broker lets a session live without a new authentication. */
export const sessionMilliseconds = 11_500;

const security = 'org.apache.kafka.common.security';

export async function startSecureBroker(): Promise<SecureBroker> {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-secure-'));
  const authority = createAuthority(join(directory, 'ca'), 'Test authority');
  const server = authority.sign('broker', 'IP:127.0.0.1');
  const client = authority.sign('client', 'DNS:client');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = join(directory, 'jwks.json');
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
  writeFileSync(keys, JSON.stringify({ keys: [jwk] }));
  const user = { name: 'reader', password: `pass-${Math.random().toString(36).slice(2)}` };
  const [sasl, mutual] = [await freePort(), await freePort()];
  const broker = await startBroker(
    {
      ...saslSettings(user, `file://${keys}`),
      ...tlsSettings('sasl', server),
      ...mutualSettings(server, authority),
    },
    {
      listeners: [
        { name: 'SASL', port: sasl, protocol: 'SASL_SSL' },
        { name: 'MUTUAL', port: mutual, protocol: 'SSL' },
      ],
      format: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism => [
        '--add-scram',
        `${mechanism}=[name=${user.name},password=${user.password}]`,
      ]),
      jvm: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://${keys}`],
    },
  );
  return {
    broker,
    sasl: `127.0.0.1:${sasl}`,
    mutual: `127.0.0.1:${mutual}`,
    user,
    authority,
    client,
    token: (seconds, audience = 'kafka') => signedToken(privateKey, seconds, audience),
    remove: async () => {
      await broker.remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function saslSettings(user: SecureBroker['user'], keys: string): Record<string, string> {
  const own = 'listener.name.sasl.';
  return {
    [`${own}sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [`${own}plain.sasl.jaas.config`]: `${security}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    [`${own}scram-sha-256.sasl.jaas.config`]: `${security}.scram.ScramLoginModule required;`,
    [`${own}scram-sha-512.sasl.jaas.config`]: `${security}.scram.ScramLoginModule required;`,
    [`${own}oauthbearer.sasl.jaas.config`]: `${security}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${own}oauthbearer.sasl.server.callback.handler.class`]: `${security}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    // Named, for the one by default checks no signature where the keys are set by mechanism.
    'sasl.oauthbearer.jwt.validator.class': `${security}.oauthbearer.BrokerJwtValidator`,
    'sasl.oauthbearer.jwks.endpoint.url': keys,
    'sasl.oauthbearer.expected.audience': 'kafka',
    [`${own}oauthbearer.connections.max.reauth.ms`]: String(sessionMilliseconds),
  };
}

function tlsSettings(listener: string, server: Pair): Record<string, string> {
  const own = `listener.name.${listener}.ssl.`;
  return { [`${own}keystore.type`]: 'PEM', [`${own}keystore.location`]: server.both };
}

function mutualSettings(server: Pair, authority: Authority): Record<string, string> {
  const own = 'listener.name.mutual.ssl.';
  return {
    ...tlsSettings('mutual', server),
    [`${own}client.auth`]: 'required',
    [`${own}truststore.type`]: 'PEM',
    [`${own}truststore.location`]: authority.ca,
  };
}

function signedToken(key: KeyObject, seconds: number, audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: 'reader', scope: 'kafka', aud: audience, iat: now - 60, exp: now + seconds };
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}
