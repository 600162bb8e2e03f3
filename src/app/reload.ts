import { type Change, changeText } from '../config/reload.ts';
import type { Config } from '../config/schema.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { LiveConfig } from './live-config.ts';

/**
 * Reads the configuration again and goes on with it as far as that can be without a restart; the log says what differs.
 * One that cannot be used changes nothing, and the log says why.
 */
export function createReload(
  live: Pick<LiveConfig, 'reload'>,
  events: Pick<Events, 'configReloaded' | 'problemOccurred'>,
): (read: () => Config) => void {
  return read => {
    let changes: readonly Change[];
    try {
      changes = live.reload(read());
    } catch (error) {
      if (!(error instanceof LeewayError)) throw error;
      const why = error.message.replaceAll('\n', '; ');
      const message = `The configuration was not taken over, everything stays as it was: ${why}`;
      events.problemOccurred({ code: error.code, message });
      return;
    }
    events.configReloaded({
      changes: changes.map(change => ({ text: changeText(change), effect: change.effect })),
    });
  };
}
