import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Channel, Endpoint } from './channel.ts';
import { createLane, type Lane, type LaneDeps, type Receiver } from './lane.ts';

export interface OutboxDeps extends Omit<LaneDeps, 'ending'> {
  readonly endpoints: readonly Endpoint[];
  /** Endpoints besides, asked for in every round; a name that `endpoints` has too is left out. */
  readonly stored?: () => Promise<readonly Endpoint[]>;
  readonly channels: readonly Channel[];
  readonly events: LaneDeps['events'] & Pick<Events, 'problemOccurred'>;
}

/** Sends what is stored and not yet delivered. At least once: a crash after sending sends the same id again. */
export interface Outbox {
  /**
   * One round over all endpoints, until nothing is due or a receiver is in trouble. Returns the attempts made. With
   * `patience` a round does not wait longer than for that: what is under way goes on, in slots that later rounds find
   * taken.
   */
  tick(patience?: Promise<unknown>): Promise<number>;
}

/** An outbox with its own end. */
export interface EndingOutbox extends Outbox {
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /** Begins nothing more; what is cut off by closing the channels is not recorded, and so is sent again. */
  end(): void;
}

/**
 * The outbox holds nothing that the store does not: every round reads what is due, so a restart loses nothing.
 * Throws LeewayError when an endpoint cannot be used as it is configured.
 */
export function createOutbox(deps: OutboxDeps): EndingOutbox {
  let ended = false;
  const lanes = new Map<string, Lane>();
  const laneDeps: LaneDeps = { ...deps, ending: () => ended };
  const known = deps.endpoints.map(endpoint => receiverOf(deps, endpoint));

  const laneOf = ({ name, takes }: Endpoint) => {
    const key = `${takes} ${name}`;
    const lane = lanes.get(key) ?? createLane(laneDeps);
    lanes.set(key, lane);
    return lane;
  };
  const problem = (what: string, error: unknown) => {
    const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
    deps.events.problemOccurred({ code, message: `${what}: ${(error as Error).message}` });
  };
  const serve = async (receiver: Receiver) => {
    try {
      return await laneOf(receiver.endpoint).tick(receiver);
    } catch (error) {
      problem(`outbox of ${receiver.endpoint.name}`, error);
      return 0;
    }
  };
  const stored = async () => {
    const list = (await deps.stored?.().catch(error => void problem('stored receivers', error))) ?? [];
    return list
      .filter(endpoint => !deps.endpoints.some(other => other.name === endpoint.name))
      .flatMap(endpoint => {
        try {
          return [receiverOf(deps, endpoint)];
        } catch (error) {
          problem(`outbox of ${endpoint.name}`, error);
          return [];
        }
      });
  };
  const round = async (patience: Promise<unknown> | undefined) => {
    let made = 0;
    const all = Promise.all(
      [...known, ...(await stored())].map(async receiver => {
        const attempts = await serve(receiver);
        made += attempts;
      }),
    );
    await (patience === undefined ? all : Promise.race([all, patience]));
    return made;
  };
  return {
    tick: async patience => (ended ? 0 : round(patience)),
    idle: async () => void (await Promise.all([...lanes.values()].map(lane => lane.idle()))),
    end: () => {
      ended = true;
    },
  };
}

function receiverOf({ channels }: Pick<OutboxDeps, 'channels'>, endpoint: Endpoint): Receiver {
  const channel = channels.find(each => each.kind === endpoint.kind);
  if (channel === undefined)
    throw new LeewayError('LW_CONFIG_INVALID', `endpoint ${endpoint.name}: no channel "${endpoint.kind}"`);
  channel.check(endpoint);
  return { endpoint, channel };
}
