import { hostname } from 'node:os';
import type { Config, KafkaSourceConfig } from '../config/schema.ts';
import { absent, alone, type Election } from '../elect/election.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { systemWatch } from '../lib/watch.ts';
import { createKafkaElection } from '../source/kafka/election.ts';
import { kafkaOptions } from './kafka-options.ts';
import type { Role } from './options.ts';

export interface ElectionDeps {
  readonly config: Config;
  readonly roles: Readonly<Record<Role, boolean>>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
}

/**
 * The election this process takes part in: through Kafka where one is configured and the process does more than take
 * in; otherwise it is alone. Throws LW_USAGE when its roles do not allow to lead.
 */
export function createElection(deps: ElectionDeps): Election {
  const { config, roles, events } = deps;
  const working = [roles.profile, roles.detect, roles.act];
  if (config.election === undefined) return working.includes(true) ? announced(events) : alone;
  if (!working.includes(true)) return absent;
  if (working.includes(false))
    throw new LeewayError(
      'LW_USAGE',
      'with an election the roles profile, detect and act go together: whoever leads does all of them',
    );
  const { topic, group, sessionSeconds, heartbeatSeconds } = config.election;
  const { brokers, security } = kafkaOptions(sourceOf(config, config.election));
  return createKafkaElection({
    ...deps,
    watch: systemWatch,
    options: {
      brokers,
      security,
      topic,
      group,
      clientId: 'leeway-election',
      by: `${hostname()}:${process.pid}`,
      sessionTimeout: sessionSeconds * 1000,
      heartbeatInterval: heartbeatSeconds * 1000,
    },
  });
}

/** The process that is alone tells that it leads, so that its metric says so. */
function announced(events: Events): Election {
  return {
    ...alone,
    start: async () =>
      events.leadershipChanged({ leads: true, term: 1, detail: 'there is no other process' }),
  };
}

/** The Kafka source named, or one made of the keys of the election itself. */
function sourceOf(config: Config, election: NonNullable<Config['election']>): KafkaSourceConfig {
  const named = config.sources.find(source => source.name === election.source);
  if (named?.type === 'kafka') return named;
  const { brokers = [], tls = false, sasl, group, topic, sessionSeconds, heartbeatSeconds } = election;
  const keys = { brokers, tls, group, topics: [topic], sessionSeconds, heartbeatSeconds };
  return {
    name: 'election',
    type: 'kafka',
    unknownKeys: 'ignore',
    ...keys,
    ...(sasl === undefined ? {} : { sasl }),
  } as KafkaSourceConfig;
}
