import type { Registry } from 'prom-client';
import type { Clock } from '../lib/clock.ts';
import type { Cap } from './cap.ts';
import type { Handlers } from './handlers.ts';

/** What every metric group gets. */
export interface GroupDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Models that have series of their own; the others are summed up as `other`. */
  readonly models: Cap;
  /** Whether a model in an environment has series of its own. */
  readonly streams: (model: string, environment: string) => boolean;
  /** Subjects of a stream that have series of their own. */
  readonly subjects: (stream: string) => Cap;
  /** Versions of a stream that have series of their own. */
  readonly versions: (stream: string) => Cap;
  /** Source partitions that have series of their own. */
  readonly partitions: Cap;
}

/** A metric group: makes its metrics in the registry and returns what it wants to hear. */
export type Group = (deps: GroupDeps) => Handlers;

/** Label value of everything beyond a cap. */
export const other = 'other';
