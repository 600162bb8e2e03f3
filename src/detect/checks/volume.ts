import type { Finding } from '../../domain/finding.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { type CheckContext, type FindingPlace, findingOf, type Said } from '../check.ts';
import { usualWidth, type VolumeLaw, volumeLaw, volumeP, volumeTail } from '../volume-model.ts';
import { hoursBefore, pastWeeks, volumeHours, volumePast } from '../volume-past.ts';
import { countText, lengthText, numberText } from '../words.ts';

/** Rows are judged `drift` when they are this many times what was expected, or one in so many of it. */
export const volumeFactor = 2;
/** No rows are `no-data` where the chance of none is below this. */
export const noDataLevel = 1e-4;

const hourMs = 3_600_000;

/**
 * Rows of a window against the same hours of the week in the last four weeks. Every window that was judged has this
 * finding, so it is also what the ledger remembers a window by.
 *
 * The effect is rows / expected; its limits are those of the range in which 95 % of such windows lie. Before 14 days of
 * history, without two comparable weeks, and in windows that are not judged at all, rows are only shown.
 */
export function volumeCheck(context: CheckContext): Finding {
  const { rows, window, coverage, calendar, learning } = context;
  const history = hoursBefore(window, coverage.hours);
  const past = volumePast(window, coverage.hours, calendar);
  // Rows that are stored and not profiled yet, as in a long catching up, must not pass for rows that did not come.
  const counted = !coverage.hours.some(
    ({ hour, generation }) => generation === 0n && hour >= window.start && hour < window.end,
  );
  const law = learning === null && counted && history >= volumeHours ? volumeLaw(past) : null;
  const first = coverage.hours[0]?.hour ?? window.start;
  const length = (window.end - window.start) / 3600;
  const detail = { perHour: rows / length, pagesFrom: (first / 3600 + volumeHours + length) * hourMs };
  if (law === null)
    return findingOf(context, { ...shownOnly(context, counted), detail: { judged: false, ...detail } });
  const said = rows === 0 ? nothingCame(context, law) : rowsCame(context, law, past.own[0]!);
  const width = usualWidth(law);
  const finding = findingOf(context, {
    ...said,
    check: 'volume',
    effect: rows / law.expected,
    effectLow: (rows / law.expected) * Math.exp(-width),
    // None is compatible with up to half a row.
    effectHigh: (Math.max(0.5, rows) / law.expected) * Math.exp(width),
    tolerance: volumeFactor,
    n: rows,
    nReference: past.own.reduce((sum, count) => sum + count, 0),
    detail: {
      judged: true,
      expected: law.expected,
      usualLow: law.expected * Math.exp(-width),
      usualHigh: law.expected * Math.exp(width),
      weeks: law.weeks,
      dispersion: law.dispersion,
      ...detail,
    },
  });
  // It knows the stream by its weeks, not by the fitted noise of its subjects.
  return { ...finding, calibration: law.weeks < pastWeeks ? 'provisional' : 'calibrated' };
}

/** Rows of a window that ended before there was a baseline: not even counted. */
export function volumeUncounted(place: FindingPlace): Finding {
  return findingOf(place, {
    check: 'volume',
    verdict: 'learning',
    n: 0,
    detail: { judged: false },
    sentence: `Rows of these ${lengthText(place.window)} are not counted without a baseline.`,
  });
}

function shownOnly({ window, rows }: CheckContext, counted: boolean): Said {
  const length = lengthText(window);
  const perHour = numberText((rows * 3600) / (window.end - window.start));
  return {
    check: 'volume',
    verdict: rows === 0 ? 'no-data' : 'stable',
    n: rows,
    sentence: !counted
      ? `${countText(rows)} rows of ${length} are profiled so far, not all; shown, not judged.`
      : rows === 0
        ? `No rows in ${length}; shown, not judged.`
        : `${countText(rows)} rows in ${length} (${perHour} an hour); shown, not judged.`,
  };
}

type Judged = Pick<Said, 'verdict' | 'p' | 'alpha' | 'sentence'>;

/** No rows: `no-data` where some should have come, `stable` where none often do. */
function nothingCame({ window }: CheckContext, law: VolumeLaw): Judged {
  const p = volumeTail(law, 0, 'lower');
  const expected = `${expectedText(law)} expected from ${weeksText(law)}`;
  const missed = p <= noDataLevel;
  return {
    verdict: missed ? 'no-data' : 'stable',
    p,
    alpha: noDataLevel,
    sentence: missed
      ? `No rows in ${lengthText(window)}, ${expected}; p ${numberText(p)} against ${numberText(noDataLevel)} allowed.`
      : `No rows in ${lengthText(window)}, which is not unusual at this hour: ${expected}; p ${numberText(p)}.`,
  };
}

function rowsCame({ window, rows, alphaOf }: CheckContext, law: VolumeLaw, latest: number): Judged {
  const alpha = alphaOf(null, 'volume');
  const p = volumeP(law, rows, latest);
  const ratio = rows / law.expected;
  const far = p <= alpha && (ratio >= volumeFactor || ratio <= 1 / volumeFactor);
  const enough = Math.max(rows, law.expected) >= minimumRows;
  return {
    verdict: !far ? 'stable' : enough ? 'drift' : 'insufficient',
    p,
    alpha,
    sentence:
      `${countText(rows)} rows in ${lengthText(window)}, ${numberText(ratio)} times the ${expectedText(law)} expected ` +
      `from ${weeksText(law)} (a factor of ${volumeFactor} matters); p ${numberText(p)} against ` +
      `${numberText(alpha)} allowed${far && !enough ? `. Fewer than ${minimumRows} rows came or were expected` : ''}.`,
  };
}

function expectedText({ expected }: VolumeLaw): string {
  return expected >= 10 ? countText(Math.round(expected)) : numberText(expected);
}

function weeksText({ weeks }: VolumeLaw): string {
  return `the same hours of ${weeks} weeks`;
}
