import type { Role } from '../config/roles.ts';
import type { Config } from '../config/schema.ts';

/** A running service, as `leeway start` needs it. */
export interface AppHandle {
  /** Where it listens. */
  readonly url: string;
  /** Goes on with the configuration as it is read now; one that is wrong changes nothing. Told in the log. */
  reload(read: () => Config): void;
  /** Stops intake, finishes, marks, commits, flushes, closes. Idempotent. */
  stop(): Promise<void>;
  /** Rejects when the service cannot go on by itself; never resolves. */
  readonly failed: Promise<never>;
}

export type StartApp = (config: Config, options: { readonly roles: Role[] }) => Promise<AppHandle>;
