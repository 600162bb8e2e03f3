import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { defaultPolicy } from '../act/policy.ts';
import type { Config } from '../config/schema.ts';
import type { HttpDeps, Intake as HttpIntake } from '../http/ports.ts';
import { buildHttp } from '../http/server.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Source } from '../source/ports.ts';
import { createFileRows } from '../store/file-rows.ts';
import type { Intake } from '../store/intake.ts';
import { createAlertReader } from './alert-reader.ts';
import { createBaselineDesk } from './baseline-desk.ts';
import type { Decoders } from './decoders.ts';
import { createHttpIntake } from './http-intake.ts';
import { createModelReader } from './model-reader.ts';
import type { RunClock } from './run-clock.ts';
import type { Stages } from './stages.ts';
import { createStatusReader } from './status-reader.ts';
import type { Storage } from './storage.ts';
import { createUploadReader } from './uploads.ts';

export interface DoorDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly runClock: RunClock;
  readonly storage: Storage;
  /** Null in a process that does not ingest. */
  readonly intake: Intake | null;
  readonly decoders: Decoders;
  readonly stages: Stages;
  readonly sources: readonly Source[];
  readonly publisher: Publisher;
  readonly learning: (model: string, environment: string) => string;
  readonly stopping: () => boolean;
}

/** Opens the HTTP interface; its ports are met by the stages here. */
export async function openDoor(deps: DoorDeps): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { config } = deps;
  const app = await buildHttp(portsOf(deps));
  const { host, port } = config.listen;
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw new LeewayError(
      'LW_LISTEN_FAILED',
      `Cannot listen on ${host}:${port}: ${listenProblem(error)}.`,
      error,
    );
  }
  const bound = (app.server.address() as AddressInfo).port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, close: () => app.close() };
}

function listenProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'another program listens there';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  if (code === 'EACCES') return 'this user may not listen on that port';
  return message;
}

function portsOf(deps: DoorDeps): HttpDeps {
  const { config, storage, stages, publisher, runClock } = deps;
  const runNow = () => runClock.now();
  const files = createFileRows(storage.database);
  return {
    inferences: createDoorIntake(deps, 'inferences'),
    labels: createDoorIntake(deps, 'labels'),
    models: createModelReader({ storage, policy: defaultPolicy.name, learning: deps.learning, runNow }),
    baselines: createBaselineDesk({
      storage,
      baselines: stages.baselines,
      decoderFor: deps.decoders.forUpload,
      readRows: createUploadReader({ directory: config.data, files }),
      runNow,
      now: () => deps.clock.now(),
    }),
    alerts: createAlertReader(storage),
    retraining: stages.retraining,
    status: createStatusReader({
      storage,
      intake: deps.intake,
      sources: () => deps.sources,
      stopping: deps.stopping,
    }),
    metrics: publisher,
    limits: { bodyBytes: config.http.limits.bodyBytes, uploadBytes: config.http.limits.uploadBytes },
    corsOrigins: config.http.cors.origins,
    loopback: true,
    page: pageFolder(),
    version: version(),
    problem: e => publisher.problemOccurred(e),
  };
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
  const mostRows = config.http.limits.rows;
  return createHttpIntake({
    decode,
    intake,
    requests: storage.requests,
    now: () => clock.now(),
    mostRows,
    route,
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
