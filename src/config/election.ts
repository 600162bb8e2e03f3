import { Type } from 'typebox';
import { kafkaSchema } from './sources.ts';

const { brokers, tls, sasl } = kafkaSchema.properties;

/** Which of several processes judges and acts. */
export const electionSchema = Type.Object(
  {
    source: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Name of a Kafka source: the election is held at its brokers, with its TLS and SASL. Either this or `brokers`.',
      }),
    ),
    brokers: Type.Optional(
      Type.Array(brokers.items, {
        minItems: 1,
        description: 'Addresses `host:port` of some of the brokers. Either this or `source`.',
      }),
    ),
    tls: Type.Optional(tls),
    sasl: Type.Optional(sasl),
    topic: Type.String({
      default: 'leeway-control',
      pattern: '^[A-Za-z0-9._-]{1,249}$',
      patternErrorMessage: 'must be up to 249 letters, digits, dots, _ or -',
      description: 'Control topic with one partition; made when it does not exist. It holds no records.',
    }),
    group: Type.String({
      default: 'leeway-control',
      minLength: 1,
      description:
        'Consumer group of the election: the same for all processes over one database, another one for every other database.',
    }),
    sessionSeconds: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 300,
      description:
        'A leader not heard of for so long is replaced. The brokers refuse less than their `group.min.session.timeout.ms`, which is 6 s unless changed.',
    }),
    heartbeatSeconds: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 100,
      description: 'Time between heartbeats; at most a third of `sessionSeconds`.',
    }),
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        patternErrorMessage: 'must be an address that begins with http:// or https://',
        description:
          'Address at which the processes are reached together, a load balancer for example: links and callbacks in messages name it. Absent: each names its own, and a callback to a process that is gone is lost.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Several processes with the roles profile, detect and act over one ClickHouse: one leads, the others take over when it is gone. Absent: there is one. With the embedded engine the lock of the data directory decides.',
  },
);

interface ElectionFinding {
  readonly path: (string | number)[];
  readonly rule: string;
  readonly message: string;
}

/** What an election needs besides its own keys. */
export function electionFindings(config: {
  readonly election?: ElectionKeys | undefined;
  readonly clickhouse?: unknown;
  readonly sources: readonly { readonly name: string; readonly type: string }[];
}): ElectionFinding[] {
  const { election, sources } = config;
  if (election === undefined) return [];
  const at = (rule: string, message: string, ...keys: string[]) => ({
    path: ['election', ...keys],
    rule,
    message,
  });
  const findings: ElectionFinding[] = [];
  if (config.clickhouse === undefined)
    findings.push(
      at('election-clickhouse', 'needs clickhouse: the embedded engine serves one process alone'),
    );
  if (sources.some(source => source.type === 'replay'))
    findings.push(at('election-replay', 'cannot be held for a replay, which one process reads to its end'));
  if ((election.source === undefined) === (election.brokers === undefined))
    findings.push(at('election-brokers', 'must have either source or brokers'));
  const named = sources.find(({ name }) => name === election.source);
  if (election.source !== undefined && named?.type !== 'kafka')
    findings.push(
      at('election-source', `must name a Kafka source of sources, not "${election.source}"`, 'source'),
    );
  if (election.heartbeatSeconds * 3 > election.sessionSeconds) {
    const message = `must be at most a third of sessionSeconds (${election.sessionSeconds}), not ${election.heartbeatSeconds}`;
    findings.push(at('election-heartbeat', message, 'heartbeatSeconds'));
  }
  return findings;
}

interface ElectionKeys {
  readonly source?: string | undefined;
  readonly brokers?: readonly string[] | undefined;
  readonly sessionSeconds: number;
  readonly heartbeatSeconds: number;
}
