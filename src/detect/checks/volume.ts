import type { Finding } from '../../domain/finding.ts';
import { type FindingPlace, findingOf } from '../check.ts';
import { countText, lengthText, numberText } from '../words.ts';

/**
 * Rows of a window: shown and exported, not judged. Every window that was judged has this finding, so it is also what
 * the ledger remembers a window by.
 *
 * @param rows - distinct rows; null before a baseline, when nothing is counted yet
 */
export function volumeOf(place: FindingPlace, rows: number | null): Finding {
  const hours = (place.window.end - place.window.start) / 3600;
  const length = lengthText(place.window);
  return findingOf(place, {
    check: 'volume',
    verdict: rows === null ? 'learning' : rows === 0 ? 'no-data' : 'stable',
    n: rows ?? 0,
    detail: { judged: false, ...(rows === null ? {} : { perHour: rows / hours }) },
    sentence:
      rows === null
        ? `Rows of these ${length} are not counted without a baseline.`
        : rows === 0
          ? `No rows in ${length}.`
          : `${countText(rows)} rows in ${length} (${numberText(rows / hours)} an hour); shown, not judged.`,
  });
}
