import { Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { createLogger } from '../publish/logger.ts';
import { createPublisher, type Publisher } from '../publish/publisher.ts';
import type { AppOptions } from './options.ts';

/** The registry and the log of one service; nothing is global. */
export function createTelemetry(config: Config, logs: AppOptions['logs'], clock: Clock): Publisher {
  const logger = createLogger({
    level: logs === 'silent' ? 'silent' : config.log.level,
    pretty: logs === 'plain' || (logs === undefined && process.stderr.isTTY === true),
    write: line => void process.stderr.write(line),
  });
  return createPublisher({
    registry: new Registry(),
    logger,
    clock,
    mostModels: config.limits.metricModels,
    mostSubjects: config.limits.metricSubjects,
  });
}
