import type { Config } from '../config/schema.ts';
import { LeewayError } from '../lib/errors.ts';
import type { CliContext } from './context.ts';
import { connect, type Service, type ServiceOptions } from './service.ts';

/** Options of commands that work on a running service, or on the store itself when none runs. */
export interface TargetOptions extends ServiceOptions {
  readonly config?: string;
}

/** What a command works on. */
export type Target =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'store'; readonly config: Config };

/**
 * The service at --url or $LEEWAY_URL; with a configuration that names a ClickHouse server, that; else the service that
 * runs on the data directory, and when none does, the data directory itself.
 */
export async function resolveTarget(
  context: CliContext,
  options: TargetOptions & { readonly dataGiven: boolean },
): Promise<Target> {
  const { environment } = context.terminal;
  if (options.url !== undefined || environment['LEEWAY_URL'] !== undefined)
    return { kind: 'service', service: connect(context, options) };
  const { loadConfig } = await import('../config/load.ts');
  const overrides = options.dataGiven && options.data !== undefined ? { data: options.data } : {};
  const config = loadConfig(options.config ?? null, overrides, environment);
  if (config.clickhouse !== undefined) return { kind: 'store', config };
  const service = await runningOn(context, { ...options, data: config.data });
  return service === null ? { kind: 'store', config } : { kind: 'service', service };
}

/** The service on a data directory, if one answers. */
async function runningOn(context: CliContext, options: ServiceOptions): Promise<Service | null> {
  try {
    const service = connect(context, options);
    await service.readiness();
    return service;
  } catch (error) {
    // What a killed service left behind says where it was; the engine's own lock says whether it is gone.
    if (error instanceof LeewayError && error.code === 'LW_SERVICE_UNREACHABLE') return null;
    throw error;
  }
}
