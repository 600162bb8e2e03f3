import type { Calibration } from '../domain/finding.ts';
import type { Window } from '../domain/window.ts';

const hourMs = 3_600_000;
/** Hours of history from which short windows are judged against the stream's own past. */
export const provisionalHours = 168;
/** Hours of history from which every length is. */
export const calibratedHours = 672;
/** The longest window, in hours, that is judged by the stream's own past before it is calibrated. */
export const shortHours = 6;
/** Windows of this many hours and more may page while the noise is not known: a whole day cancels the daily cycle. */
export const pooledHours = 24;

/** How far the noise of a stream is known for one window, and from when on more will be. */
export interface CalibrationState {
  readonly calibration: Calibration;
  /** Complete hours of history before the window. */
  readonly hours: number;
  /** From when on drift in windows of this length can page (epoch milliseconds): 0 is "already". */
  readonly pagesFrom: number;
  /** From when on the verdicts of this length are calibrated, and may order a retraining (epoch milliseconds). */
  readonly calibratedFrom: number;
}

/**
 * State of a window: `learning` under 7 days of history; then `provisional` for windows of up to 6 h; `calibrated` for
 * every length from 28 days on. History counts hours from the stream's first row to the window's start, across
 * baselines: a window says nothing about itself.
 *
 * @param window - epoch seconds
 * @param first - bucket of the stream's first row, epoch seconds
 */
export function calibrationOf(window: Window, first: number): CalibrationState {
  const firstHour = Math.ceil(first / 3600);
  const hours = Math.max(0, Math.floor(window.start / 3600) - firstHour);
  const length = (window.end - window.start) / 3600;
  const short = length <= shortHours;
  const calibration =
    hours >= calibratedHours ? 'calibrated' : short && hours >= provisionalHours ? 'provisional' : 'learning';
  // The window that starts when the history is long enough is the first; it is judged when it ends.
  const after = (needed: number) => (firstHour + needed + length) * hourMs;
  return {
    calibration,
    hours,
    pagesFrom: length >= pooledHours ? 0 : after(provisionalHours),
    calibratedFrom: after(calibratedHours),
  };
}
