import type { KafkaSourceConfig } from '../config/schema.ts';
import { systemClock } from '../lib/clock.ts';
import { defaultKafkaTuning, type KafkaOptions } from '../source/kafka/options.ts';
import {
  createSecurity,
  type SaslSettings,
  type SecuritySettings,
} from '../source/kafka/security/settings.ts';
import { createTopicModel } from '../source/kafka/topic-model.ts';

/**
 * What a source tells the client.
 * @throws LeewayError when a file of its TLS cannot be used
 */
export function kafkaOptions(source: KafkaSourceConfig): KafkaOptions {
  const { name, brokers, group, topics = [], pattern = null } = source;
  const settings = { source: name, tls: tlsOf(source), sasl: saslOf(source) };
  return {
    name,
    brokers,
    group,
    topics,
    pattern,
    clientId: `leeway-${name}`,
    tuning: {
      ...defaultKafkaTuning,
      sessionTimeout: source.sessionSeconds * 1000,
      heartbeatInterval: source.heartbeatSeconds * 1000,
    },
    // Tokens and certificates live by the wall clock, whatever clock the run has.
    ...createSecurity(settings, { clock: systemClock, random: Math.random }),
    ...(source.modelFrom === 'topic' ? { modelOf: createTopicModel(pattern) } : {}),
  };
}

function tlsOf({ tls }: KafkaSourceConfig): SecuritySettings['tls'] {
  if (typeof tls === 'boolean') return tls ? {} : null;
  return { ...tls, passphrase: tls.passphrase?.reveal() };
}

/** The configuration's rules have seen to it that each mechanism has its keys. */
function saslOf({ sasl }: KafkaSourceConfig): SaslSettings | null {
  if (sasl === undefined) return null;
  const { mechanism, username = '', region = '', role, extensions = {} } = sasl;
  if (mechanism === 'oauthbearer') return { mechanism, token: tokenOf(sasl.token), extensions };
  if (mechanism === 'aws-msk-iam') return { mechanism, region, role };
  return { mechanism, username, password: sasl.password?.reveal() ?? '' };
}

type OauthToken = Extract<SaslSettings, { mechanism: 'oauthbearer' }>['token'];

function tokenOf(token: NonNullable<KafkaSourceConfig['sasl']>['token']): OauthToken {
  if (token?.url === undefined) return { command: token?.command ?? [] };
  const { url, clientId = '', clientSecret, scope, audience, credentials } = token;
  return { url, clientId, clientSecret: clientSecret?.reveal() ?? '', scope, audience, credentials };
}
