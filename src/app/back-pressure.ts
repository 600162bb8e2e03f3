import type { Clock } from '../lib/clock.ts';
import type { Source } from '../source/ports.ts';
import type { Intake } from '../store/intake.ts';

/** Pauses sources while the writer is behind or the store is away, and lets them go on afterwards. Returns its end. */
export function holdBack(
  intake: Pick<Intake, 'full' | 'healthy'>,
  sources: readonly Source[],
  clock: Clock,
): () => Promise<void> {
  const stop = new AbortController();
  let paused = false;
  const watch = async () => {
    while (!stop.signal.aborted) {
      const behind = intake.full || !intake.healthy;
      if (behind !== paused) {
        const reason = intake.healthy ? 'the writer is behind' : 'the store is away';
        for (const source of sources) {
          if (behind) source.pause(reason);
          else source.resume();
        }
        paused = behind;
      }
      await clock.sleep(200, stop.signal).catch(() => undefined);
    }
  };
  const watching = watch();
  return async () => {
    stop.abort();
    await watching;
  };
}
