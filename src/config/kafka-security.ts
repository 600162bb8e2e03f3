import { Type } from 'typebox';
import { secretText } from './secret-text.ts';

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

/** TLS to the brokers: on or off, or with files of one's own. */
export const kafkaTlsSchema = Type.Union(
  [
    Type.Boolean(),
    Type.Object(
      {
        ca: text('PEM file with the authorities that sign the brokers. Absent: those that Node knows.'),
        cert: text(
          'PEM file with the certificate of this client and its chain, where the brokers ask for one.',
        ),
        key: text('PEM file with the private key of `cert`.'),
        passphrase: Type.Optional(secretText('Passphrase of `key`.')),
        serverName: text(
          'Name the certificates of the brokers must have, where it is another than in `brokers` (behind a tunnel or a proxy).',
        ),
        insecure: Type.Boolean({
          default: false,
          description:
            'Takes whatever certificate a broker shows, so that anybody in between may read and change everything. Only for a try; it is warned of at each start.',
        }),
      },
      closed,
    ),
  ],
  {
    default: false,
    description:
      'TLS to the brokers: `true`, or the keys below; the files are read at the start. See [kafka.md](kafka.md#tls).',
  },
);

const tokenSchema = Type.Object(
  {
    command: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        description:
          'Program and its arguments, run without a shell; it prints the token, or JSON with `access_token` and `expires_in`. Either this or `url`.',
      }),
    ),
    url: Type.Optional(
      Type.String({
        pattern: '^https?://',
        patternErrorMessage: 'must be an address that begins with http:// or https://',
        description: 'Token endpoint of OAuth 2, asked by the client-credentials grant.',
      }),
    ),
    clientId: text('Client at the token endpoint.'),
    clientSecret: Type.Optional(secretText('Its secret.')),
    scope: text('Scopes to ask for, with blanks between them.'),
    audience: text('Audience to ask for, where the endpoint wants one.'),
    credentials: Type.Union([Type.Literal('header'), Type.Literal('body')], {
      default: 'header',
      description: 'Where `clientId` and `clientSecret` are sent: as HTTP Basic, or as fields of the body.',
    }),
  },
  { ...closed, description: 'Where the token of `oauthbearer` comes from.' },
);

/** Authentication at the brokers. Which keys belong to which mechanism is a rule (kafka-rules.ts). */
export const kafkaSaslSchema = Type.Object(
  {
    mechanism: Type.Union(
      [
        Type.Literal('plain'),
        Type.Literal('scram-sha-256'),
        Type.Literal('scram-sha-512'),
        Type.Literal('oauthbearer'),
        Type.Literal('aws-msk-iam'),
      ],
      { default: 'scram-sha-512', description: 'SASL mechanism.' },
    ),
    username: text('User at the brokers, of `plain` and `scram`.'),
    password: Type.Optional(secretText('Password at the brokers, of `plain` and `scram`.')),
    token: Type.Optional(tokenSchema),
    extensions: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description:
          'What else is sent with the token of `oauthbearer`, e.g. `{logicalCluster: lkc-1, identityPoolId: pool-1}`.',
      }),
    ),
    region: text('AWS region of the cluster, of `aws-msk-iam`.'),
    role: text('ARN of a role to take on, of `aws-msk-iam`. Absent: the identity of this process.'),
  },
  {
    ...closed,
    description: 'Authentication at the brokers; absent: none. See [kafka.md](kafka.md#authentication).',
  },
);

/** Where the model of a record comes from besides its payload. */
export const modelFromSchema = Type.Literal('topic', {
  description:
    'The model of every record is its topic: the whole name, or what `pattern` captures as `model`, e.g. `inference\\.(?<model>.+)`. It goes before what the payload says.',
});
