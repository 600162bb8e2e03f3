import { applied, type Change, changesOf } from '../config/reload.ts';
import type { Config } from '../config/schema.ts';

/** The configuration of a running service, of which a part may change while it runs. */
export interface LiveConfig {
  /** What holds now; every reading of a key gives its present value. */
  readonly view: Config;
  /**
   * Takes over what takes effect at once, and tells what is different and what waits for a restart.
   * @throws LeewayError LW_CONFIG_INVALID when what takes effect does not go with what waits: nothing changes.
   */
  reload(next: Config): readonly Change[];
  /** Called after a reload that changed something at once. */
  onChange(listener: () => void): void;
}

export function createLiveConfig(config: Config): LiveConfig {
  let current = config;
  // What was asked for last: a setting that waits for the restart is told once, not at every reload.
  let wanted = config;
  const listeners: (() => void)[] = [];
  const view = new Proxy({} as Config, {
    get: (_, key) => current[key as keyof Config],
    has: (_, key) => key in current,
    ownKeys: () => Reflect.ownKeys(current),
    getOwnPropertyDescriptor: (_, key) => ({
      value: current[key as keyof Config],
      enumerable: true,
      configurable: true,
    }),
  });
  return {
    view,
    reload: next => {
      const changes = changesOf(wanted, next);
      if (changes.length === 0) return changes;
      current = applied(current, next);
      wanted = next;
      if (changes.some(({ effect }) => effect === 'now')) for (const listener of listeners) listener();
      return changes;
    },
    onChange: listener => void listeners.push(listener),
  };
}
