import { type Actor, createActor } from '../act/actor.ts';
import { createControls } from '../act/controls.ts';
import { createLinks, type Links } from '../act/links.ts';
import type { Outbox } from '../act/outbox.ts';
import { defaultPolicy, type Policy } from '../act/policy.ts';
import type { Retraining } from '../act/retraining.ts';
import { calendarOf } from '../config/calendar.ts';
import { objectivesOf } from '../config/objectives.ts';
import { promotionFor } from '../config/promotion.ts';
import type { Config } from '../config/schema.ts';
import { createDetector, type Detector } from '../detect/detector.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { type Auditor, createAuditor } from '../profile/auditor.ts';
import { activeBaseline, type Baselines, createBaselines } from '../profile/baselines.ts';
import { createProfiler, type Profiler } from '../profile/profiler.ts';
import { createFileRows } from '../store/file-rows.ts';
import { createPerformanceStore } from '../store/performance.ts';
import type { JudgeDeps } from './backtest/judge.ts';
import type { CallbackTokens } from './callback-tokens.ts';
import { createDetectRuns } from './detect-runs.ts';
import { fenced, type Prove } from './fence.ts';
import { createGate } from './gate.ts';
import type { KeptReceivers } from './kept-receivers.ts';
import { createLiveOutbox } from './live-outbox.ts';
import type { Failpoint } from './options.ts';
import { measuresOf, policiesOf } from './policies.ts';
import { createPromoter } from './promoter.ts';
import { createRegistryArtifacts } from './registry-artifacts.ts';
import { createRetrainingStage } from './retraining-stage.ts';
import type { RunClock } from './run-clock.ts';
import type { Storage } from './storage.ts';
import { createStreamRules } from './stream-rules.ts';
import { createUploadReader } from './uploads.ts';

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
  /** Receivers that stand in no configuration. */
  readonly kept: Pick<KeptReceivers, 'endpoints'>;
  /** Asked before anything is concluded, written or sent that only the leader may. */
  readonly prove: Prove;
}

export interface Stages {
  readonly baselines: Baselines;
  readonly profiler: Profiler;
  readonly auditor: Auditor;
  readonly detector: Detector;
  /** What the detector reads, for judging the past again. */
  readonly judging: () => Omit<JudgeDeps, 'measures'>;
  readonly actor: Actor;
  readonly outbox: Outbox;
  readonly retraining: Retraining;
  readonly tokens: CallbackTokens;
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
  const judging = () => ({
    windows: storage.windows,
    baselines: createBaselineReader(storage),
    noise: storage.noise,
    performance: createPerformance(deps),
    calendar: calendarOf(config.calendar),
    objectives: (model: string) => objectivesOf(config.models, model),
    clock,
  });
  const kept = createDetectRuns({ events, runs: storage.jobRuns, clock });
  const detector = createDetector({
    ...judging(),
    findings: { ...storage.findings, write: fenced(deps.prove, storage.findings.write) },
    // Read anew for every window: they may change while the service runs.
    get calendar() {
      return calendarOf(config.calendar);
    },
    get measures() {
      return measuresOf(config);
    },
    settings: createStreamRules(config).settings,
    events: kept.events,
    failpoint,
  });
  const auditor = createAuditor({
    audit: storage.audit,
    baselines: storage.baselines,
    events,
    rawRetentionSeconds,
  });
  return {
    baselines,
    profiler,
    detector: kept.keeping(detector),
    judging,
    auditor,
    ...createActStage(deps, baselines),
  };
}

const promotionOf = (config: Config) => (model: string) => promotionFor(config.retraining?.promotion, model);

/** In a replay labels come when they say so; otherwise when they were stored. */
function createPerformance({ storage, runClock }: StageDeps) {
  const { database, db } = storage;
  return createPerformanceStore({ database, db, arrival: runClock.kind === 'event' ? 'time' : 'received' });
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
  const readRows = createUploadReader({ directory: config.data, files: createFileRows(storage.database) });
  const { retraining, tokens } = createRetrainingStage({
    ...deps,
    promoter: createPromoter({
      baselines,
      store: storage.baselines,
      // The registry may be configured, or changed, while the service runs.
      get artifacts() {
        return createRegistryArtifacts({ config, clock, readRows });
      },
      gate: createGate({ performance: createPerformance(deps), rules: promotionOf(config) }),
      rules: promotionOf(config),
    }),
    links,
  });
  const actor = createActor({
    alerts: {
      ...storage.alerts,
      append: fenced(deps.prove, storage.alerts.append),
      remember: fenced(deps.prove, storage.alerts.remember),
    },
    orders: { consider: retraining.consider },
    policiesOf: stream => policiesOf(config, stream, deps.policy ?? defaultPolicy),
    links,
    events,
    controls: createControls({ ...storage, runClock: deps.runClock, clock }),
    failpoint: name => failpoint(name as Failpoint),
  });
  const outbox = createLiveOutbox({
    config,
    guardSend: send => fenced(deps.prove, send),
    lastOf: storage.alerts.last,
    ...(deps.runClock.kind === 'event'
      ? {}
      : { standing: { alerts: storage.episodes, takenOn: storage.acknowledgements } }),
    deliveries: storage.deliveries,
    stored: deps.kept.endpoints,
    completeOrder: tokens.complete,
    beginOrder: retraining.begin,
    clock,
    random,
    events,
    failpoint: name => failpoint(name as Failpoint),
  });
  return { actor, outbox, retraining, tokens, close: outbox.close };
}

function lateLinks(url: () => string): Links {
  return {
    model: (...of) => createLinks(url()).model(...of),
    alert: (...of) => createLinks(url()).alert(...of),
    export: (...of) => createLinks(url()).export(...of),
    baselines: model => createLinks(url()).baselines(model),
    callback: order => createLinks(url()).callback(order),
  };
}
