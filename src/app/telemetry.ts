import { Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import { secretsOf } from '../config/secrets-of.ts';
import type { Clock } from '../lib/clock.ts';
import { createScrub } from '../lib/scrub.ts';
import { createLogger } from '../publish/logger.ts';
import { createPublisher, type Publisher } from '../publish/publisher.ts';
import type { AppOptions } from './options.ts';

/** Secrets of earlier configurations that are still struck out: they may be in a message under way. */
const mostOld = 200;
/** The same of receivers kept in the store. */
const mostKept = 2000;

/** Takes secrets that stand in no configuration. */
export interface Hiding {
  /** Has texts struck out of the log from now on. */
  hide(secrets: readonly string[]): void;
}

/** The registry and the log of one service; nothing is global. */
export function createTelemetry(
  config: Config,
  logs: AppOptions['logs'],
  clock: Clock,
  onChange: (listener: () => void) => void = () => undefined,
): Publisher & Hiding {
  let kept: readonly string[] = [];
  let secrets = secretsOf(config);
  let scrub = createScrub(secrets);
  const logger = createLogger({
    level: logs === 'silent' ? 'silent' : config.log.level,
    pretty: logs === 'plain' || (logs === undefined && process.stderr.isTTY === true),
    write: line => void process.stderr.write(scrub(line)),
  });
  onChange(() => {
    if (logs !== 'silent') logger.level = config.log.level;
    secrets = withOld(secretsOf(config), secrets);
    scrub = createScrub([...secrets, ...kept]);
  });
  const hide = (more: readonly string[]) => {
    const fresh = more.filter(secret => !kept.includes(secret));
    if (fresh.length === 0) return;
    kept = [...fresh, ...kept].slice(0, mostKept);
    scrub = createScrub([...secrets, ...kept]);
  };
  const publisher = createPublisher({
    registry: new Registry(),
    logger,
    clock,
    mostModels: () => config.limits.metricModels,
    mostSubjects: () => config.limits.metricSubjects,
  });
  return { ...publisher, hide };
}

/** The present secrets, and behind them those that were, the latest first. */
function withOld(now: readonly string[], before: readonly string[]): readonly string[] {
  const old = before.filter(secret => !now.includes(secret));
  return [...now, ...old.slice(0, mostOld)];
}
