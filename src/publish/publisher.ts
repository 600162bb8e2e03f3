import { Counter, collectDefaultMetrics, type Registry } from 'prom-client';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import { createCap, createCaps, type Most } from './cap.ts';
import type { GroupDeps } from './group.ts';
import { groups } from './groups/index.ts';
import { fanOut } from './handlers.ts';
import { createLog, type Log } from './log.ts';

export interface PublisherDeps {
  readonly registry: Registry;
  readonly logger: Log;
  readonly clock?: Clock;
  /** Models with series of their own; default 200. */
  readonly mostModels?: Most;
  /** Subjects of a model with series of their own; default 100. */
  readonly mostSubjects?: Most;
  /** Whether to export the process's own metrics (`process_...`, `nodejs_...`); default true. */
  readonly processMetrics?: boolean;
}

export interface Publisher extends Events {
  /** The text of a scrape, from what was published; nothing is queried. */
  metrics(): Promise<string>;
  readonly contentType: string;
}

/** Every event as a log line and in the metrics. */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { registry, logger, clock = systemClock, mostModels = 200, mostSubjects = 100 } = deps;
  const refused = new Counter({
    name: 'leeway_series_refused_total',
    help: 'Label values beyond a cap, which share the series `other` or have none; the tables hold them all.',
    labelNames: ['label'] as const,
    registers: [registry],
  });
  const count = (label: string) => {
    refused.inc({ label }, 0);
    return () => refused.inc({ label });
  };
  const models = createCap(mostModels, count('model'));
  const streams = createCap(mostModels, count('environment'));
  const groupDeps: GroupDeps = {
    registry,
    clock,
    models,
    streams: (model, environment) =>
      models.admit(model) !== null && streams.admit(JSON.stringify([model, environment])) !== null,
    subjects: createCaps(mostSubjects, count('subject')),
    versions: createCaps(20, count('version')),
    partitions: createCap(1000, count('partition')),
  };
  if (deps.processMetrics !== false) collectDefaultMetrics({ register: registry });
  const targets = [createLog(logger), ...groups.map(group => group(groupDeps))];
  const events = fanOut(targets, (name, error) =>
    logger.error({ event: name, error: String(error) }, 'telemetry failed'),
  );
  return { ...events, metrics: () => registry.metrics(), contentType: registry.contentType };
}
