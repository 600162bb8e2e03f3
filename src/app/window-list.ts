import type { WindowList } from '../http/operate-ports.ts';
import { createRecentWindows } from '../store/recent-windows.ts';
import type { Storage } from './storage.ts';

/** The windows of a model as the command line and the API show them. */
export function createWindowList(storage: Pick<Storage, 'database' | 'db'>): WindowList {
  const recent = createRecentWindows(storage);
  return {
    windows: async ({ model, environment, windowSeconds, blind, limit }) => {
      const found = await recent({
        model,
        blind,
        limit,
        ...(environment === null ? {} : { environment }),
        ...(windowSeconds === null ? {} : { windowSeconds }),
      });
      return found.map(({ start, seconds, ...window }) => ({
        ...window,
        start: start * 1000,
        end: (start + seconds) * 1000,
      }));
    },
  };
}
