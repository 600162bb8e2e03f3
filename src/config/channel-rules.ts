import { judgeHost } from '../act/channels/host.ts';
import { createTargetGuard, type TargetGuard } from '../act/target.ts';
import { LeewayError } from '../lib/errors.ts';
import { type ChannelConfig, channelUrl } from './channels.ts';
import type { Path } from './node.ts';
import type { Config } from './schema.ts';
import type { Secret } from './secret.ts';
import type { Finding } from './validate.ts';

/** A place where an http(s) address stands that Leeway calls. */
export interface Called {
  readonly url: string;
  readonly path: Path;
}

/** Every http(s) address of the channels. */
export function channelUrls({ channels }: Pick<Config, 'channels'>): Called[] {
  return channels.flatMap((channel, index) =>
    channel.type === 'email' ? [] : [{ url: channelUrl(channel), path: ['channels', index, 'url'] }],
  );
}

/** Names that are used twice, and what the parts of one channel say against each other. */
export function channelFindings({ channels }: Pick<Config, 'channels'>): Finding[] {
  return channels.flatMap((channel, index) => {
    const path = ['channels', index];
    const first = channels.findIndex(other => other.name === channel.name);
    const twice = `must be unique; channels[${first}] has the same name`;
    return [
      ...(first === index ? [] : [{ path: [...path, 'name'], rule: 'channel-name', message: twice }]),
      ...loginFindings(channel, path),
      ...labelFindings(channel, path),
    ];
  });
}

function loginFindings(channel: ChannelConfig, path: Path): Finding[] {
  if (channel.type !== 'email' && channel.type !== 'alertmanager') return [];
  const tell = (message: string) => [{ path, rule: 'channel-login', message }];
  if ((channel.username === undefined) !== (channel.password === undefined))
    return tell('must have both username and password, or neither');
  if (channel.type === 'alertmanager' && channel.token !== undefined && channel.username !== undefined)
    return tell('must have either a token or a username, not both');
  if (channel.type === 'email' && channel.username !== undefined && channel.security === 'none')
    return tell('must not send a password without starttls or tls');
  return [];
}

/** Labels that an alert has of its own. */
const ownLabels = ['alertname', 'model', 'environment', 'policy', 'severity'];

function labelFindings(channel: ChannelConfig, path: Path): Finding[] {
  if (channel.type !== 'alertmanager') return [];
  return Object.keys(channel.labels).flatMap(label => {
    const at = [...path, 'labels', label];
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(label))
      return [
        { path: at, rule: 'channel-label', message: 'must be a letter or _, then letters, digits or _' },
      ];
    if (!ownLabels.includes(label)) return [];
    return [{ path: at, rule: 'channel-label', message: 'is a label that Leeway sets itself' }];
  });
}

/** What `start` would refuse as a target, told with its place. */
export function targetFindings(
  config: Pick<Config, 'channels' | 'outbound'>,
  others: readonly Called[],
): Finding[] {
  const guard = guardOf(config.outbound.allow);
  if (typeof guard === 'string')
    return [{ path: ['outbound', 'allow'], rule: 'outbound-allow', message: guard }];
  const refused = (verdict: object, path: Path): Finding[] =>
    'refused' in verdict
      ? [
          {
            path,
            rule: 'outbound-target',
            message: `must be a public address, or be listed in outbound.allow: ${verdict.refused}`,
          },
        ]
      : [];
  const called = [...channelUrls(config), ...others].flatMap(({ url: text, path }) => {
    if (!URL.canParse(text) || new URL(text).username !== '' || new URL(text).password !== '') return [];
    return refused(guard.judge(text), path);
  });
  const mail = config.channels.flatMap((channel, index) =>
    channel.type === 'email'
      ? refused(judgeHost(guard, channel.host, channel.port), ['channels', index, 'host'])
      : [],
  );
  return [...called, ...mail];
}

/** The guard of a list, or what is wrong with the list. */
function guardOf(allow: readonly string[]): TargetGuard | string {
  try {
    return createTargetGuard(allow);
  } catch (error) {
    if (error instanceof LeewayError) return error.message.replace('outbound.allow: ', 'cannot be used: ');
    throw error;
  }
}

/** What is wrong with signing secrets that stand at `path`. */
export function signingSecretFindings(secrets: readonly Secret[], path: Path): Finding[] {
  return secrets.flatMap((secret, index) =>
    isSigningSecret(secret)
      ? []
      : [
          {
            path: [...path, index],
            rule: 'signing-secret',
            message:
              'must be whsec_ and 24 to 64 random bytes in base64; `echo whsec_$(openssl rand -base64 32)` makes one',
          },
        ],
  );
}

function isSigningSecret(secret: Secret): boolean {
  const text = secret.reveal();
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bytes = Buffer.from(text.slice(6), 'base64').length;
  return bytes >= 24 && bytes <= 64;
}
