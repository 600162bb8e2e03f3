import type { Links } from '../act/links.ts';
import type { Promoter } from '../act/ports.ts';
import { createRetraining, type Retraining } from '../act/retraining.ts';
import { createSchedules } from '../act/schedules.ts';
import { streamDoubts } from '../act/stream-doubts.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { type CallbackTokens, createCallbackTokens } from './callback-tokens.ts';
import { fenced, type Prove } from './fence.ts';
import { railsOf, targetFor } from './retraining-rules.ts';
import type { RunClock } from './run-clock.ts';
import type { Storage } from './storage.ts';

export interface RetrainingStageDeps {
  /** Read anew with every order: it may change while the service runs. */
  readonly config: Pick<Config, 'retraining'>;
  readonly storage: Storage;
  readonly events: Events;
  readonly clock: Clock;
  readonly runClock: RunClock;
  readonly links: Links;
  readonly promoter: Promoter;
  readonly prove: Prove;
}

const bucketSeconds = 300;

/** Orders, with the calendar that asks for some of them; every step is the leader's. */
export function createRetrainingStage(deps: RetrainingStageDeps): {
  readonly retraining: Retraining;
  readonly tokens: CallbackTokens;
} {
  const { config, storage, clock, runClock } = deps;
  const tokens = createCallbackTokens({ secrets: storage.tokenSecrets, clock });
  const retraining = createRetraining({
    ...deps,
    orders: storage.orders,
    callbacks: storage.callbacks,
    arming: storage.arming,
    deliveries: storage.deliveries,
    clock: runClock,
    wall: clock,
    target: kind => targetFor(config, kind),
    rails: kind => railsOf(config, kind),
    counts: countsOf(storage),
    doubts: (stream, now) => streamDoubts(storage.alerts, stream, { now }),
    token: tokens.draft,
  });
  const schedules = createSchedules({
    slots: storage.slots,
    schedules: () => config.retraining?.schedules ?? [],
    ask: retraining.ask,
    clock: runClock,
  });
  const tick = async () => {
    try {
      await schedules.tick();
    } finally {
      await retraining.tick();
    }
  };
  return { retraining: onlyLeader({ ...retraining, tick }, deps.prove), tokens };
}

/** Two processes would number the steps of an order alike. Switches are rows of their own: any process may turn them. */
function onlyLeader(retraining: Retraining, prove: Prove): Retraining {
  return {
    ...retraining,
    consider: fenced(prove, retraining.consider),
    ask: fenced(prove, retraining.ask),
    tick: fenced(prove, retraining.tick),
    receive: fenced(prove, retraining.receive),
    cancel: fenced(prove, retraining.cancel),
    promote: fenced(prove, retraining.promote),
  };
}

function countsOf({ baselines, labelCounts }: Storage) {
  return {
    rows: (period: { model: string; environment: string; from: number; to: number }) =>
      baselines.countRows(period, {
        from: Math.floor(period.from / 1000 / bucketSeconds) * bucketSeconds,
        to: Math.ceil(period.to / 1000 / bucketSeconds) * bucketSeconds,
        version: '',
      }),
    labels: (period: { model: string; from: number; to: number }) =>
      labelCounts.between(period.model, period.from, period.to),
  };
}
