import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:https';
import { fileURLToPath } from 'node:url';
import { isLoopback } from '../config/loopback.ts';
import type { Config } from '../config/schema.ts';
import type { Election } from '../elect/election.ts';
import type { KeyDesk } from '../http/access.ts';
import { buildMetricsListener } from '../http/metrics-listener.ts';
import type { HttpDeps, Intake as HttpIntake, StatusReader } from '../http/ports.ts';
import type { ReceiverDesk } from '../http/receiver-desk.ts';
import { buildHttp } from '../http/server.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Source } from '../source/ports.ts';
import { createDump } from '../store/dump.ts';
import { createFileRows } from '../store/file-rows.ts';
import type { Intake } from '../store/intake.ts';
import { createAccess } from './access.ts';
import { createAlertReader } from './alert-reader.ts';
import { controlDesks } from './alerts/desks.ts';
import { createBacktestDesk } from './backtest/desk.ts';
import { createBaselineDesk, ofLeader } from './baseline-desk.ts';
import { createBaselineHistory } from './baseline-history.ts';
import { createChannelTester } from './channel-tester.ts';
import type { Decoders } from './decoders.ts';
import { createDeliveryDesk } from './delivery-desk.ts';
import { createServiceDoctor } from './doctor/service.ts';
import type { ErasureKeeper } from './erasure-desk.ts';
import { createExportDoor } from './export-door.ts';
import { fenced } from './fence.ts';
import { fileDoorOf } from './files/door.ts';
import { reingestDoorOf } from './files/reingest-door.ts';
import { createHttpIntake } from './http-intake.ts';
import type { KeptReceivers } from './kept-receivers.ts';
import { listenOn, urlOf } from './listener.ts';
import { createModelReader } from './model-reader.ts';
import { createOverview } from './overview.ts';
import { createReceiverDesk } from './receiver-desk.ts';
import { createRegistryDoor } from './registry.ts';
import { createRetrainingDesk } from './retraining-desk.ts';
import type { RowMeter } from './row-meter.ts';
import { hasModelRules } from './ruling.ts';
import type { RunClock } from './run-clock.ts';
import type { Stages } from './stages.ts';
import { createStatusReader } from './status-reader.ts';
import type { Storage } from './storage.ts';
import { createStreamRules } from './stream-rules.ts';
import { followTls, readTls } from './tls.ts';
import { fingerprintOf } from './tls-files.ts';
import { createUploadReader } from './uploads.ts';
import { createWindowList } from './window-list.ts';

export interface DoorDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly runClock: RunClock;
  readonly storage: Storage;
  readonly keys: KeyDesk;
  /** Null in a process that does not ingest. */
  readonly intake: Intake | null;
  readonly decoders: Decoders;
  readonly stages: Stages;
  readonly kept: KeptReceivers;
  readonly sources: readonly Source[];
  readonly publisher: Publisher;
  readonly meter: RowMeter;
  readonly election: Election;
  readonly erasures: ErasureKeeper;
  readonly learning: (model: string, environment: string) => string;
  readonly stopping: () => boolean;
  /** Address at which this service is reached. */
  readonly publicUrl: () => string;
}

/** The HTTP interface, open. */
export interface Door {
  readonly url: string;
  /** SHA-256 of the certificate that is served now; null without TLS. */
  readonly certificate: string | null;
  /** Has somebody told when another certificate is served. */
  onCertificate(listener: () => void): void;
  close(): Promise<void>;
}

/** Opens the HTTP interface; its ports are met by the stages here. */
export async function openDoor(deps: DoorDeps): Promise<Door> {
  const { config, publisher } = deps;
  const { host, tls } = config.listen;
  const ports = portsOf(deps);
  const app = await buildHttp(ports);
  const port = await listenOn(app, config.listen);
  const problem = publisher.problemOccurred;
  let certificate = ports.tls === undefined ? null : fingerprintOf(ports.tls.cert);
  const listeners: (() => void)[] = [];
  const replaced = (fingerprint: string) => {
    certificate = fingerprint;
    publisher.certificateReplaced({ fingerprint });
    for (const listener of listeners) listener();
  };
  const endTls =
    tls === undefined
      ? () => undefined
      : followTls({ tls, server: app.server as unknown as Server, problem, replaced });
  const close = async () => {
    endTls();
    await app.close();
  };
  if (tls === undefined && !isLoopback(host))
    problem({
      code: 'LW_LISTEN_WARNING',
      message: `${host} is served without TLS: keys and rows can be read on the way.`,
    });
  try {
    const closeMetrics = await openMetrics(config.metrics, ports);
    return {
      url: urlOf(tls === undefined ? 'http' : 'https', host, port),
      get certificate() {
        return certificate;
      },
      onCertificate: listener => void listeners.push(listener),
      close: async () => void (await Promise.all([closeMetrics(), close()])),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The listener of its own for Prometheus, where one is configured; returns what closes it. */
async function openMetrics(metrics: Config['metrics'], ports: HttpDeps): Promise<() => Promise<void>> {
  if (metrics === undefined) return async () => undefined;
  const { access = null } = ports;
  const app = buildMetricsListener({
    ...ports,
    loopback: isLoopback(metrics.host),
    access: metrics.key ? access : null,
  });
  await listenOn(app, metrics);
  return () => app.close();
}

function portsOf(deps: DoorDeps): HttpDeps & { readonly tls?: ReturnType<typeof readTls> } {
  const { config, storage, stages, publisher, runClock } = deps;
  const runNow = () => runClock.now();
  const desks = deliveryDesks(deps);
  const baselines = baselineDeskOf(deps);
  const status = createStatusReader({
    storage,
    intake: deps.intake,
    sources: () => deps.sources,
    stopping: deps.stopping,
    election: deps.election,
  });
  const models = createModelReader({
    storage,
    learning: deps.learning,
    runNow,
    budget: createStreamRules(config).budget,
  });
  return {
    inferences: createDoorIntake(deps, 'inferences'),
    labels: createDoorIntake(deps, 'labels'),
    ...fileDoorOf(deps),
    ...reingestDoorOf(deps),
    dump: createDump(storage),
    exports: createExportDoor({ storage, clock: deps.clock, random: Math.random }),
    erasures: deps.erasures,
    models,
    overview: createOverview({ ...deps, version: version(), models, status, receivers: desks.receivers }),
    baselines,
    registry: createRegistryDoor({
      config,
      baselines,
      store: storage.registry,
      clock: deps.clock,
      events: publisher,
      prove: deps.election.prove,
    }),
    history: historyOf(deps),
    windows: createWindowList(storage),
    backtest: createBacktestDesk({ ...deps, ...stages, rest: () => new Promise(setImmediate) }),
    alerts: createAlertReader(storage),
    ...controlDesks(deps),
    ...desks,
    receiverTester: createChannelTester({ ...deps, stored: deps.kept.endpoints }),
    retraining: createRetrainingDesk({ ...deps, retraining: stages.retraining, runNow }),
    status,
    doctor: doctorOf(deps, status, desks.receivers),
    metrics: publisher,
    limits: { bodyBytes: config.http.limits.bodyBytes, uploadBytes: config.http.limits.uploadBytes },
    corsOrigins: config.http.cors.origins,
    loopback: isLoopback(config.listen.host),
    access: createAccess({ ...deps, tokens: stages.tokens }),
    ...(config.listen.tls === undefined ? {} : { tls: readTls(config.listen.tls) }),
    page: pageFolder(),
    version: version(),
    problem: e => publisher.problemOccurred(e),
  };
}

function doctorOf(deps: DoorDeps, status: StatusReader, receivers: ReceiverDesk) {
  const keyNeeded = () => deps.keys.needed();
  return createServiceDoctor({ ...deps, receivers, version: version(), status, keyNeeded });
}

function historyOf({ storage, stages, election, runClock }: DoorDeps) {
  const baselines = { activate: fenced(election.prove, stages.baselines.activate) };
  return createBaselineHistory({ storage, baselines, runNow: () => runClock.now() });
}

function baselineDeskOf({ config, storage, stages, decoders, runClock, clock, election }: DoorDeps) {
  const desk = createBaselineDesk({
    storage,
    baselines: stages.baselines,
    decoderFor: decoders.forUpload,
    readRows: createUploadReader({ directory: config.data, files: createFileRows(storage.database) }),
    runNow: () => runClock.now(),
    now: () => clock.now(),
  });
  return ofLeader(desk, election.prove);
}

function deliveryDesks({
  config,
  kept,
  storage,
  clock,
}: DoorDeps): Required<Pick<HttpDeps, 'receivers' | 'deliveries'>> {
  const { deliveries, orders } = storage;
  const receivers = createReceiverDesk({ config, kept, deliveries, clock });
  return { receivers, deliveries: createDeliveryDesk({ deliveries, orders, receivers, clock }) };
}

function createDoorIntake(deps: DoorDeps, route: 'inferences' | 'labels'): HttpIntake {
  const { intake, storage, config, clock } = deps;
  if (intake === null)
    return {
      ingest: () =>
        Promise.reject(new LeewayError('LW_NOT_READY', 'this process was started without the role ingest')),
    };
  const decoder = deps.decoders.of('http');
  const decode = route === 'inferences' ? decoder.decode : decoder.decodeLabels;
  return createHttpIntake({
    decode,
    intake,
    requests: storage.requests,
    now: () => clock.now(),
    get mostRows() {
      return config.http.limits.rows;
    },
    route,
    get ruled() {
      return hasModelRules(config);
    },
  });
}

/** The built page: beside the compiled code, or in dist/ of a checkout. */
function pageFolder(): string | null {
  const places = ['../web', '../../dist/web'].map(place => fileURLToPath(new URL(place, import.meta.url)));
  return places.find(place => existsSync(`${place}/index.html`) && !place.endsWith('src/web')) ?? null;
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
