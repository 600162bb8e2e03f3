import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { systemClock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { createInspection } from '../../store/inspection.ts';
import { openServer } from '../../store/server.ts';
import { readTlsFiles, tlsText } from '../tls-files.ts';
import { dataLines } from './data.ts';
import { isHiddenService } from './hidden.ts';
import { kafkaLines } from './kafka.ts';
import { type DoctorLine, linesOf } from './line.ts';
import { machineFacts, processLines, versionLines } from './machine.ts';
import { channelLines, kafkaSources } from './service.ts';
import { changedSettings, type ShownSetting, settingLines } from './settings.ts';
import { storeLines } from './store.ts';

export interface LocalRequest {
  readonly version: string;
  readonly configs: readonly string[];
  /** Null: the one of the configuration. */
  readonly data: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly deep: boolean;
  /** Why the service that the data directory names could not be reached; absent: that was not tried. */
  readonly unreachable?: LeewayError | null;
}

/**
 * What can be said without a running service. Nothing is opened that another process could need: the embedded engine
 * stays closed, a Kafka group is looked at and not joined.
 */
export async function localReport(
  request: LocalRequest,
): Promise<{ readonly lines: DoctorLine[]; readonly settings: ShownSetting[] }> {
  const machine = machineFacts(request.version);
  // Of the command itself, nobody asks how much memory it takes.
  const zone = processLines(machine).filter(({ check }) => check === 'time zone');
  const lines = [...versionLines(machine), ...zone];
  const read = readConfig(request);
  if (!('config' in read)) return { lines: [...lines, ...read.lines], settings: [] };
  const { config } = read;
  const data = dataLines(config.data, { running: false, unreachable: request.unreachable ?? null });
  lines.push(...settingsOf(request, config, data.some(isHiddenService)), ...tlsLines(config));
  lines.push(...data);
  lines.push(...(await serverLines(config)));
  lines.push(...(await sourceLines(config)));
  lines.push(...(await channelLines(config, request.deep)));
  return { lines, settings: changedSettings(config) };
}

/** Of a service that runs and does not answer, neither the defaults nor a file say where it listens. */
function settingsOf({ configs }: LocalRequest, config: Config, hidden: boolean): DoctorLine[] {
  const lines = settingLines(config, { keys: null });
  if (!hidden) return lines;
  if (configs.length > 0) return lines.filter(({ check }) => check !== 'address');
  const text = 'those of the process that runs are not known here; --config FILE checks a file';
  return [linesOf('settings').ok('configuration', text)];
}

/** Certificate files that the service could not start with. */
function tlsLines({ listen }: Config): DoctorLine[] {
  const read = listen.tls === undefined ? null : readTlsFiles(listen.tls);
  if (read === null || 'options' in read) return [];
  const advice = new LeewayError('LW_TLS_INVALID', '').advice;
  return [linesOf('settings').fail('certificate', tlsText(read.problems), advice)];
}

function readConfig(request: LocalRequest): { readonly config: Config } | { readonly lines: DoctorLine[] } {
  const { configs, data, environment } = request;
  try {
    return { config: loadConfig(configs, data === null ? {} : { data }, environment) };
  } catch (error) {
    if (!(error instanceof LeewayError)) throw error;
    return { lines: [linesOf('settings').fail('configuration', error.message, error.advice)] };
  }
}

/** A file of certificates that cannot be read is told, not thrown. */
async function sourceLines(config: Config): Promise<DoctorLine[]> {
  try {
    return await kafkaLines(kafkaSources(config));
  } catch (error) {
    if (!(error instanceof LeewayError)) throw error;
    return [linesOf('sources').fail('settings', error.message, error.advice)];
  }
}

/** A ClickHouse server can be asked by anybody; the embedded engine only by the process that has it. */
async function serverLines({ clickhouse }: Config): Promise<DoctorLine[]> {
  const { ok, fail } = linesOf('store');
  if (clickhouse === undefined)
    return [ok('embedded engine', 'not opened: one process at a time may, and that is the service')];
  const { url, username, password, database: db } = clickhouse;
  const requestTimeoutMs = 5000;
  const database = await openServer({ url, username, password: password?.reveal() ?? '', requestTimeoutMs });
  try {
    return await storeLines(createInspection({ database, db }), () => systemClock.now());
  } catch (error) {
    const { host } = new URL(url);
    const advice = 'Check that ClickHouse runs, and clickhouse.url, username and password.';
    return [fail('reachable', `${host}: ${(error as Error).message}`, advice)];
  } finally {
    await database.close();
  }
}
