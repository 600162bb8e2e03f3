import { type Actor, createActor } from '../act/actor.ts';
import { createLinks, type Links } from '../act/links.ts';
import type { Outbox } from '../act/outbox.ts';
import { defaultPolicy, type Policy } from '../act/policy.ts';
import { createRetraining, type Retraining } from '../act/retraining.ts';
import { calendarOf } from '../config/calendar.ts';
import { objectivesOf } from '../config/objectives.ts';
import type { Config } from '../config/schema.ts';
import { createDetector, type Detector } from '../detect/detector.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { type Auditor, createAuditor } from '../profile/auditor.ts';
import { activeBaseline, type Baselines, createBaselines } from '../profile/baselines.ts';
import { createProfiler, type Profiler } from '../profile/profiler.ts';
import { fenced, type Prove } from './fence.ts';
import { createLiveOutbox, orderEndpoint } from './live-outbox.ts';
import type { Failpoint } from './options.ts';
import { createPromoter } from './promoter.ts';
import type { RunClock } from './run-clock.ts';
import type { Storage } from './storage.ts';
import { createStreamRules } from './stream-rules.ts';

export interface StageDeps {
  readonly config: Config;
  readonly storage: Storage;
  readonly events: Events;
  readonly clock: Clock;
  readonly runClock: RunClock;
  readonly random: () => number;
  /** Address at which this service is reached; asked for when a message is written, after the listener is up. */
  readonly publicUrl: () => string;
  readonly failpoint: (name: Failpoint) => void;
  readonly policy?: Policy | undefined;
  /** Asked before anything is concluded, written or sent that only the leader may. */
  readonly prove: Prove;
}

export interface Stages {
  readonly baselines: Baselines;
  readonly profiler: Profiler;
  readonly auditor: Auditor;
  readonly detector: Detector;
  readonly actor: Actor;
  readonly outbox: Outbox;
  readonly retraining: Retraining;
  close(): Promise<void>;
}

/** Builds profile, detect and act over one store. */
export function createStages(deps: StageDeps): Stages {
  const { config, storage, events, clock, random, failpoint } = deps;
  const rawRetentionSeconds = config.retention.rawDays * 86_400;
  const { storeClock } = storage;
  const baselines = createBaselines({
    store: storage.baselines,
    storeClock,
    events,
    mostFeatures: config.limits.watchedFeatures,
  });
  const segments = [...new Set(Object.values(config.models).flatMap(model => model.segments))];
  const profiler = createProfiler({
    profiles: storage.profiles,
    baselines: storage.baselines,
    storeClock,
    events,
    random,
    rawRetentionSeconds,
    segments,
    failpoint,
    // A replay passes days in seconds of the store's clock: late rows would be left out of what it concludes.
    ...(deps.runClock.kind === 'event' ? { debounceSeconds: 0 } : {}),
  });
  const detector = createDetector({
    windows: storage.windows,
    findings: { ...storage.findings, write: fenced(deps.prove, storage.findings.write) },
    baselines: createBaselineReader(storage),
    noise: storage.noise,
    // Read anew for every window: they may change while the service runs.
    get calendar() {
      return calendarOf(config.calendar);
    },
    get measures() {
      return config.measures;
    },
    objectives: model => objectivesOf(config.models, model),
    settings: createStreamRules(config).settings,
    events,
    clock,
    failpoint,
  });
  const auditor = createAuditor({
    audit: storage.audit,
    baselines: storage.baselines,
    events,
    rawRetentionSeconds,
  });
  return { baselines, profiler, detector, auditor, ...createActStage(deps, baselines) };
}

function createBaselineReader({ baselines }: Storage) {
  return {
    activations: (model: string) => baselines.activations(model),
    read: (model: string, baseline: number) => baselines.read(model, baseline),
    active: async (model: string, version: string, at: number) => {
      const number = activeBaseline(await baselines.activations(model), version, at);
      return number === null ? null : baselines.read(model, number);
    },
  };
}

function createActStage(deps: StageDeps, baselines: Baselines) {
  const { config, storage, events, clock, random, failpoint } = deps;
  const links = lateLinks(deps.publicUrl);
  const hours = (value: number | undefined) => (value === undefined ? undefined : value * 3_600_000);
  const retraining = createRetraining({
    orders: storage.orders,
    callbacks: storage.callbacks,
    arming: storage.arming,
    deliveries: storage.deliveries,
    promoter: createPromoter({
      baselines,
      store: storage.baselines,
    }),
    links,
    events,
    clock: deps.runClock,
    wall: clock,
    rows: {
      between: (model, environment, from, to) =>
        storage.baselines.countRows(
          { model, environment },
          { from: Math.floor(from / 300_000) * 300, to: Math.ceil(to / 300_000) * 300, version: '' },
        ),
    },
    get endpoint() {
      return orderEndpoint(config);
    },
    get leastRows() {
      return config.retraining?.leastRows;
    },
    get cooldown() {
      return hours(config.retraining?.cooldownHours);
    },
    get timeout() {
      return hours(config.retraining?.timeoutHours);
    },
  });
  const actor = createActor({
    alerts: { ...storage.alerts, append: fenced(deps.prove, storage.alerts.append) },
    orders: { consider: fenced(deps.prove, retraining.consider) },
    policy: deps.policy ?? defaultPolicy,
    policyOf: stream => createStreamRules(config).policy(stream, deps.policy),
    links,
    events,
    failpoint: name => failpoint(name as Failpoint),
  });
  const outbox = createLiveOutbox({
    config,
    guardSend: send => fenced(deps.prove, send),
    deliveries: storage.deliveries,
    clock,
    random,
    events,
    failpoint: name => failpoint(name as Failpoint),
  });
  return { actor, outbox, retraining: onlyLeader(retraining, deps.prove), close: outbox.close };
}

/** Every step of an order is the leader's: two processes would number their steps alike. */
function onlyLeader(retraining: Retraining, prove: Prove): Retraining {
  return {
    ...retraining,
    tick: fenced(prove, retraining.tick),
    receive: fenced(prove, retraining.receive),
    cancel: fenced(prove, retraining.cancel),
  };
}

function lateLinks(url: () => string): Links {
  return {
    model: (...of) => createLinks(url()).model(...of),
    export: (...of) => createLinks(url()).export(...of),
    baselines: model => createLinks(url()).baselines(model),
    callback: order => createLinks(url()).callback(order),
  };
}
