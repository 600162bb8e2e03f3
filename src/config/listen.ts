import { isIP } from 'node:net';
import { Type } from 'typebox';
import { createNetworks } from '../lib/networks.ts';
import type { Finding } from './validate.ts';

const closed = { additionalProperties: false } as const;
const port = (value: number | undefined, description: string) =>
  Type.Integer({
    ...(value === undefined ? {} : { default: value }),
    minimum: 0,
    maximum: 65_535,
    description,
  });

const tls = Type.Object(
  {
    cert: Type.String({ minLength: 1, description: 'PEM file with the certificate and its chain.' }),
    key: Type.String({ minLength: 1, description: 'PEM file with the private key.' }),
    minVersion: Type.Union([Type.Literal('TLSv1.2'), Type.Literal('TLSv1.3')], {
      default: 'TLSv1.2',
      description: 'Oldest version that is spoken.',
    }),
    clientCa: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'PEM file: callers need a certificate of this authority, besides a key. Absent: no certificate is asked for.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'TLS on this address; absent: plain HTTP. The files are read again when they change, without a restart.',
  },
);

const proxy = Type.Object(
  {
    addresses: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Addresses or networks of the proxy (`10.1.2.3`, `10.1.0.0/16`); nobody else is believed.',
    }),
    header: Type.String({
      default: 'x-forwarded-user',
      pattern: '^[A-Za-z][A-Za-z0-9-]{0,63}$',
      patternErrorMessage: 'must be the name of a header',
      description:
        'Header in which the proxy names the user it has authenticated. It must remove the header from what comes in.',
    }),
    roles: Type.Array(Type.Union([Type.Literal('ingest'), Type.Literal('read'), Type.Literal('admin')]), {
      default: ['read'],
      minItems: 1,
      maxItems: 3,
      description: 'What those users may do.',
    }),
  },
  {
    ...closed,
    description: 'A reverse proxy that says who calls, instead of a key. Absent: no header is believed.',
  },
);

/** Where the HTTP interface listens. */
export const listenSchema = Type.Object(
  {
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      description: 'Address to listen on. Other than loopback it needs at least one API key.',
    }),
    port: port(8080, 'Port; 0 takes any free one.'),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        patternErrorMessage: 'must be an address that begins with http:// or https://',
        description:
          'Address at which others reach it, e.g. behind a proxy: links and callbacks in messages begin with it. Absent: host and port of this listener.',
      }),
    ),
    tls: Type.Optional(tls),
    proxy: Type.Optional(proxy),
  },
  { ...closed, default: {}, description: 'Where the HTTP interface listens.' },
);

/** A listener for Prometheus alone. */
export const metricsSchema = Type.Object(
  {
    host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'Address to listen on.' }),
    port: port(undefined, 'Port; 0 takes any free one.'),
    key: Type.Boolean({
      default: false,
      description:
        'Whether a key with the role `read` is needed there too. Without, whoever reaches it may read.',
    }),
  },
  {
    ...closed,
    description:
      'A listener of its own for /metrics (and /healthz), so that a scraper needs no key. Absent: /metrics is where everything else is, by a key with the role `read`.',
  },
);

/** What the schema cannot say of a proxy: that its addresses are some. */
export function proxyFindings(addresses: readonly string[]): Finding[] {
  return addresses.flatMap((text, index) =>
    createNetworks([text]) === null
      ? [
          {
            path: ['listen', 'proxy', 'addresses', index],
            rule: 'proxy-address',
            message: `must be an address or a network such as 10.1.0.0/16${isIP(text.split('/')[0]!) === 0 ? ', not a name' : ''}`,
          },
        ]
      : [],
  );
}
