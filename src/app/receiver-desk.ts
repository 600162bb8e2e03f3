import type { Endpoint } from '../act/channel.ts';
import { enable, isDisabled } from '../act/endpoint-state.ts';
import { readBreaker } from '../act/lane.ts';
import type { DeliveryStore } from '../act/ports.ts';
import { createTargetGuard } from '../act/target.ts';
import type { Config } from '../config/schema.ts';
import type { ReceiverDesk, ReceiverSummary } from '../http/receiver-desk.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import {
  endpointOf,
  type KeptReceiver,
  type KeptReceivers,
  type KeptSecret,
  makeSecret,
} from './kept-receivers.ts';
import { endpointsOf } from './live-outbox.ts';

export interface ReceiverDeskDeps {
  readonly config: Pick<Config, 'channels' | 'retraining' | 'outbound'>;
  readonly kept: KeptReceivers;
  readonly deliveries: DeliveryStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** Receivers of the configuration, and those kept in the store, which can be changed here. */
export function createReceiverDesk(deps: ReceiverDeskDeps): ReceiverDesk {
  const { kept, clock } = deps;
  const find = async (name: string): Promise<KeptReceiver> => {
    const found = (await kept.list()).find(({ row }) => row.name === name);
    if (found !== undefined) return found;
    const configured = endpointsOf(deps.config).some(endpoint => endpoint.name === name);
    throw configured
      ? new LeewayError('LW_CONFLICT', `${name} stands in the configuration; change it there`)
      : unknown(name);
  };
  return {
    list: () => listOf(deps),
    create: async ({ name, type, url, by }) => {
      createTargetGuard(deps.config.outbound.allow).assert(url);
      if ((await listOf(deps)).some(other => other.name === name))
        throw new LeewayError('LW_CONFLICT', `there is a receiver ${name} already`);
      const now = clock.now();
      const secrets = type === 'webhook' ? [makeSecret(now)] : [];
      await kept.keep({ name, type, takes: 'alerts', by, at: now }, { url, secrets });
      const receiver = (await listOf(deps)).find(other => other.name === name)!;
      return { receiver, secret: secrets[0]?.text ?? null };
    },
    rotate: async (name, { hours, by }) => {
      const { row, confidence } = readable(await find(name));
      if (confidence.secrets.length === 0)
        throw new LeewayError('LW_CONFLICT', `messages to ${name} (${row.type}) are not signed`);
      const now = clock.now();
      const until = now + hours * 3_600_000;
      const next = makeSecret(now);
      const before = newestOf(confidence.secrets);
      const secrets = [next, { ...before, ends: until }];
      await kept.keep({ ...row, by, at: Math.max(now, row.at + 1) }, { ...confidence, secrets });
      return { secret: next.text, until };
    },
    remove: async (name, by) => kept.remove((await find(name)).row, by),
    enable: async name => enable(deps, await endpointNamed(deps, name)),
  };
}

function unknown(name: string): LeewayError {
  return new LeewayError(
    'LW_NOT_FOUND',
    `there is no receiver ${name}`,
    undefined,
    '`leeway channels list` lists them.',
  );
}

function readable(
  found: KeptReceiver,
): KeptReceiver & { readonly confidence: NonNullable<KeptReceiver['confidence']> } {
  const { row, confidence } = found;
  if (confidence !== null) return { row, confidence };
  throw new LeewayError('LW_SECRETS_KEY', `none of secretsKeys opens what is kept of ${row.name}`);
}

function newestOf(secrets: readonly KeptSecret[]): KeptSecret {
  return [...secrets].sort((a, b) => b.made - a.made)[0]!;
}

async function listOf(deps: ReceiverDeskDeps): Promise<readonly ReceiverSummary[]> {
  const configured = endpointsOf(deps.config);
  const stored = (await deps.kept.list()).filter(
    ({ row }) => !configured.some(({ name }) => name === row.name),
  );
  const now = deps.clock.now();
  return Promise.all([
    ...configured.map(endpoint => summaryOf(deps, endpoint, { origin: 'configuration', secrets: [] })),
    ...stored.map(({ row, confidence }) => {
      if (confidence === null) return unreadableOne(row);
      const live = confidence.secrets.filter(({ ends }) => ends === null || ends > now);
      const secrets = live.map(({ text: _, ...shown }) => shown);
      return summaryOf(deps, endpointOf(row, confidence, now), { origin: 'stored', secrets });
    }),
  ]);
}

function unreadableOne({ name, type, takes }: KeptReceiver['row']): ReceiverSummary {
  const breaker = { state: 'closed', failures: 0, until: 0 } as const;
  return {
    name,
    type,
    takes,
    origin: 'stored',
    host: '',
    state: 'unreadable',
    breaker,
    last: null,
    secrets: [],
  };
}

async function summaryOf(
  deps: ReceiverDeskDeps,
  endpoint: Endpoint,
  more: Pick<ReceiverSummary, 'origin' | 'secrets'>,
): Promise<ReceiverSummary> {
  const { name, kind, takes, url } = endpoint;
  const [known, breaker, [last]] = await Promise.all([
    deps.deliveries.endpointState(name, takes),
    readBreaker(deps, name),
    deps.deliveries.recent(name, 1),
  ]);
  const off = isDisabled(known, endpoint);
  const host = URL.canParse(url) ? new URL(url).host : '';
  return {
    name,
    type: kind,
    takes,
    host,
    state: off ? 'disabled' : 'active',
    breaker,
    last: last === undefined ? null : { at: last.at, status: last.status },
    ...more,
  };
}

async function endpointNamed(deps: ReceiverDeskDeps, name: string): Promise<Endpoint> {
  const all = [...endpointsOf(deps.config), ...(await deps.kept.endpoints())];
  const found = all.find(endpoint => endpoint.name === name);
  if (found === undefined) throw unknown(name);
  return found;
}
