import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';

/** How fast rows come in. */
export interface RowMeter {
  /** Mean of the last minute, or of the time since the start where that is less. */
  perSecond(): number;
}

/** Seconds the mean is taken over. */
const span = 60;

/** Events that also count stored rows. */
export function meterRows<E extends Pick<Events, 'batchStored'>>(
  events: E,
  clock: Pick<Clock, 'now'>,
): { readonly events: E; readonly meter: RowMeter } {
  const started = clock.now();
  // One place for each second; what stands in it of an earlier minute is thrown away when it is used again.
  const counts = new Float64Array(span);
  const seconds = new Float64Array(span).fill(-1);
  const add = (rows: number) => {
    const second = Math.floor(clock.now() / 1000);
    const place = second % span;
    if (seconds[place] !== second) counts[place] = 0;
    seconds[place] = second;
    counts[place]! += rows;
  };
  return {
    events: {
      ...events,
      batchStored: batch => {
        add(batch.inferences.length);
        events.batchStored(batch);
      },
    },
    meter: {
      perSecond: () => {
        const now = clock.now() / 1000;
        let rows = 0;
        for (const [place, second] of seconds.entries())
          if (second >= 0 && second > now - span) rows += counts[place]!;
        return rows / Math.min(span, Math.max(1, now - started / 1000));
      },
    },
  };
}
