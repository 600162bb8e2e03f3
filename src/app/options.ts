import type { Policy } from '../act/policy.ts';
import type { Clock } from '../lib/clock.ts';
import type { Source } from '../source/ports.ts';
import type { RunClock } from './run-clock.ts';

/** Parts of the work a process may do. */
export const allRoles = ['ingest', 'profile', 'detect', 'act'] as const;
export type Role = (typeof allRoles)[number];

/** Named points at which a crash test may end the process. */
export type Failpoint =
  | 'rows-inserted'
  | 'marked'
  | 'committed'
  | 'profile-half-written'
  | 'run-recorded'
  | 'finding-written'
  | 'transition-written'
  | 'read-back'
  | 'delivery-sent'
  | 'attempt-recorded';

/** What a program that embeds Leeway may set besides the configuration. */
export interface AppOptions {
  readonly roles?: readonly Role[];
  /** Wall clock; the machine's unless given. */
  readonly clock?: Clock;
  /** What decides that something is due; the wall clock unless given. */
  readonly runClock?: RunClock;
  /** Sources besides the configured ones. */
  readonly sources?: readonly Source[];
  /** Whether node-cron wakes the jobs; otherwise the program calls `round`. Default true. */
  readonly scheduled?: boolean;
  /** Shown with a log line each; plain text on a terminal unless told. */
  readonly logs?: 'json' | 'plain' | 'silent';
  readonly failpoint?: (name: Failpoint) => void;
  /** What pages and orders, where it is not the default: a crash test has no four weeks to learn the noise in. */
  readonly policy?: Policy;
}
