import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkConfig } from './load.ts';

const environment = {
  KEY_PASSPHRASE: 'a',
  KAFKA_API_KEY: 'b',
  KAFKA_API_SECRET: 'c',
  KAFKA_CLIENT_SECRET: 'd',
};

describe('docs/kafka.md', () => {
  const page = readFileSync(new URL('../../docs/kafka.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
  it('shows examples', () => expect(blocks.length).toBeGreaterThanOrEqual(7));
  it.each(blocks)('an example that is right:\n%s', block =>
    expect(checkConfig(block, environment)).toEqual([]),
  );
});

describe('tls and sasl of a source', () => {
  const of = (keys: string, values: Record<string, string> = {}) =>
    checkConfig(`sources: [{name: a, type: kafka, brokers: ["b:1"], topics: [t], ${keys}}]`, values).map(
      ({ path, message }) => `${path} ${message}`,
    );

  it('tls may come from the environment as a word', () => {
    expect(of('tls: "${TLS}"', { TLS: 'true' })).toEqual([]);
    expect(of('tls: "${TLS}"', { TLS: 'perhaps' })).toEqual([
      'sources[0].tls must be true or false, not a text',
    ]);
  });

  it('a token endpoint may be spoken to in the clear on this machine alone', () => {
    const token = (url: string) =>
      of(`sasl: {mechanism: oauthbearer, token: {url: "${url}", clientId: a, clientSecret: b}}`);
    for (const url of [
      'http://localhost:1/t',
      'http://127.0.0.1/t',
      'http://[::1]:80/t',
      'https://x.example.org',
    ])
      expect(token(url)).toEqual([]);
    expect(inspect(token('http://10.0.0.1/t'))).toContain('must begin with https://');
    expect(inspect(token('http://'))).toContain('must be an http(s) address');
  });
});
