import { isIP } from 'node:net';
import { Type } from 'typebox';
import type { Config } from './schema.ts';
import { secretText } from './secret-text.ts';

const closed = { additionalProperties: false } as const;
const url = (description: string, more: { readonly default?: string } = {}) =>
  Type.String({
    ...more,
    pattern: '^https?://',
    patternErrorMessage: 'must be an address that begins with http:// or https://',
    description,
  });

const name = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  patternErrorMessage: 'must be a small letter, then up to 63 small letters, digits, _ or -',
  description: 'Name of the receiver; a metric label.',
});

/** Signing secrets of a webhook, wherever one is configured. */
export const signingSecretsSchema = Type.Array(secretText('A signing secret.'), {
  minItems: 1,
  maxItems: 3,
  description: 'Signing secrets (Standard Webhooks, `whsec_...`); several while one is being replaced.',
});

const webhook = Type.Object(
  {
    name,
    type: Type.Literal('webhook', {
      default: 'webhook',
      description: 'A signed webhook; the type of an entry that names none.',
    }),
    url: url('Where to POST.'),
    secrets: signingSecretsSchema,
  },
  closed,
);

const slack = Type.Object(
  {
    name,
    type: Type.Literal('slack', { description: 'An incoming webhook of Slack.' }),
    url: secretText('Address of the incoming webhook, `https://hooks.slack.com/services/...`; a secret.'),
  },
  closed,
);

const teams = Type.Object(
  {
    name,
    type: Type.Literal('teams', { description: 'A workflow of Microsoft Teams.' }),
    url: secretText('Address that the workflow shows; a secret.'),
  },
  closed,
);

const pagerduty = Type.Object(
  {
    name,
    type: Type.Literal('pagerduty', { description: 'Events API version 2 of PagerDuty.' }),
    routingKey: secretText('Integration key of the service.'),
    url: url('Where events are sent; in the EU `https://events.eu.pagerduty.com/v2/enqueue`.', {
      default: 'https://events.pagerduty.com/v2/enqueue',
    }),
  },
  closed,
);

const alertmanager = Type.Object(
  {
    name,
    type: Type.Literal('alertmanager', { description: 'Alertmanager of Prometheus, API version 2.' }),
    url: url('Its address without `/api/v2/alerts`, e.g. `http://alertmanager:9093`.'),
    username: Type.Optional(Type.String({ minLength: 1, description: 'User of HTTP basic authentication.' })),
    password: Type.Optional(secretText('Password of `username`.')),
    token: Type.Optional(secretText('Bearer token; instead of `username`.')),
    labels: Type.Record(Type.String(), Type.String(), {
      default: {},
      description: 'Labels that every alert gets besides its own, e.g. `{team: ml}`.',
    }),
  },
  closed,
);

const address = Type.String({
  pattern: '^[^\\s@<>,;:"()\\[\\]\\\\]+@[^\\s@<>,;:"()\\[\\]\\\\]+$',
  maxLength: 254,
  patternErrorMessage: 'must be an address such as ops@example.org',
});

const email = Type.Object(
  {
    name,
    type: Type.Literal('email', { description: 'E-mail through an SMTP server.' }),
    host: Type.String({
      pattern: '^([A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45})$',
      patternErrorMessage: 'must be a host name or an address',
      description: 'SMTP server.',
    }),
    port: Type.Integer({
      default: 587,
      minimum: 1,
      maximum: 65_535,
      description: 'Its port: 587 (`starttls`), 465 (`tls`) or 25.',
    }),
    security: Type.Union([Type.Literal('starttls'), Type.Literal('tls'), Type.Literal('none')], {
      default: 'starttls',
      description:
        'How the connection is protected: `starttls` (never in the clear: a server without it is refused), `tls` from the first byte, or `none`.',
    }),
    ca: Type.Optional(
      Type.String({ minLength: 1, description: 'PEM file of the authority that signed its certificate.' }),
    ),
    username: Type.Optional(Type.String({ minLength: 1, description: 'User.' })),
    password: Type.Optional(secretText('Password of `username`.')),
    from: Type.Unsafe<string>({ ...address, description: 'Sender, an address.' }),
    to: Type.Array(address, { minItems: 1, maxItems: 50, description: 'Recipients, addresses.' }),
  },
  closed,
);

/** Receivers of alerts. */
export const channelsSchema = Type.Array(
  Type.Union([webhook, slack, pagerduty, alertmanager, email, teams]),
  { default: [], description: 'Who is told of alerts. See [channels.md](channels.md).' },
);

/** Where requests may go besides the public internet. */
export const outboundSchema = Type.Object(
  {
    allow: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Private targets that may be called all the same, for alerts and retraining: `host`, `host:port`, an address, or a network such as `10.1.0.0/16`.',
    }),
  },
  { ...closed, default: {}, description: 'What Leeway may call.' },
);

/** What the old sections are called now; told to whoever still writes them. */
export const movedSections: Readonly<Record<string, string>> = {
  webhooks:
    'is not a section any more: write its `alerts` as `channels: [{name: ops, type: webhook, url: ..., secrets: [...]}]`, and its `allow` as `outbound: {allow: [...]}`',
};

export type ChannelConfig = Config['channels'][number];

/** Address that a channel calls; of an e-mail the server as `smtp://host:port`. */
export function channelUrl(channel: ChannelConfig): string {
  if (channel.type === 'email') {
    const host = isIP(channel.host) === 6 ? `[${channel.host}]` : channel.host;
    return `${channel.security === 'tls' ? 'smtps' : 'smtp'}://${host}:${channel.port}`;
  }
  return channel.type === 'slack' || channel.type === 'teams' ? channel.url.reveal() : channel.url;
}
