import { Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import { secretsOf } from '../config/secrets-of.ts';
import type { Clock } from '../lib/clock.ts';
import { createScrub } from '../lib/scrub.ts';
import { createLogger } from '../publish/logger.ts';
import { createPublisher, type Publisher } from '../publish/publisher.ts';
import type { AppOptions } from './options.ts';

/** The registry and the log of one service; nothing is global. */
export function createTelemetry(
  config: Config,
  logs: AppOptions['logs'],
  clock: Clock,
  onChange: (listener: () => void) => void = () => undefined,
): Publisher {
  let scrub = createScrub(secretsOf(config));
  const logger = createLogger({
    level: logs === 'silent' ? 'silent' : config.log.level,
    pretty: logs === 'plain' || (logs === undefined && process.stderr.isTTY === true),
    write: line => void process.stderr.write(scrub(line)),
  });
  onChange(() => {
    if (logs !== 'silent') logger.level = config.log.level;
    const [before, now] = [scrub, createScrub(secretsOf(config))];
    // What was a secret until now may still be in a message under way.
    scrub = line => now(before(line));
  });
  return createPublisher({
    registry: new Registry(),
    logger,
    clock,
    mostModels: () => config.limits.metricModels,
    mostSubjects: () => config.limits.metricSubjects,
  });
}
