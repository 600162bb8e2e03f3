import type { Readable } from 'node:stream';
import type { Clock } from '../lib/clock.ts';
import type { StartApp } from './app-handle.ts';
import type { Terminal } from './terminal.ts';

/** Signals of the process; `process` itself, or an emitter in tests. */
interface Signals {
  on(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
  off(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP', listener: () => void): unknown;
}

/** Everything a command stands on. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly startApp: StartApp;
  readonly signals: Signals;
  readonly clock: Clock;
  /** What comes in; the process's own input unless given. */
  readonly stdin?: Readable;
  readonly fetch: typeof fetch;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  readonly version: string;
}
