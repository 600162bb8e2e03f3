import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { Calibration } from '../domain/finding.ts';
import type { Window } from '../domain/window.ts';
import { launchFactor } from './begin.ts';
import type { Calendar } from './calendar.ts';
import { type CalibrationState, calibratedHours, shortHours } from './calibration.ts';
import { type NoiseFit, notYet, type StreamNoiseKeeper } from './noise.ts';
import { anchorOf, createWindowTests, type WindowTests } from './window-noise.ts';

export interface TestsOfDeps {
  readonly baseline: Baseline;
  readonly noise: StreamNoiseKeeper;
  readonly calendar: Calendar;
}

/** Tests of one window's subjects against their own past. */
export interface TestsInWindow {
  readonly testsOf: (subject: BaselineSubject) => WindowTests | null;
  /** Version of the fit; 0 while there is none. */
  readonly noiseVersion: number;
  /** How far the noise behind them is known: at most what the history of the stream says. */
  readonly calibration: Calibration;
}

const withoutNoise: TestsInWindow = { testsOf: () => null, noiseVersion: 0, calibration: 'learning' };

/** Finds the fit for a window and the hours it consists of; nothing is read while the noise is still to be learnt. Null: judge it later. */
export function createTestsOf(
  deps: TestsOfDeps,
): (window: Window, state: CalibrationState) => Promise<TestsInWindow | null> {
  return async (window, state) => {
    if (state.calibration === 'learning') return withoutNoise;
    const fit = await deps.noise.fitBefore(window);
    if (fit === notYet) return null;
    if (fit === null) return withoutNoise;
    const length = (window.end - window.start) / 3600;
    const calibration = calibrationBy(fit, state.calibration, length);
    if (calibration === 'learning' || knowsTooLittle(fit, window, deps.noise)) return withoutNoise;
    const hours = await deps.noise.hoursIn(window);
    const anchor = anchorOf(deps.baseline, levelFrom(fit, deps.baseline), deps.noise.rowsIn);
    const made = new Map<string, WindowTests | null>();
    const testsOf = ({ binning: { subject } }: BaselineSubject): WindowTests | null => {
      const known = made.get(subject);
      if (known !== undefined) return known;
      const streams = deps.noise.history.streams.get(subject);
      const noise = fit.subjects.get(subject);
      // A feature that was missing all along has taught how often it is missing, and nothing about its values.
      const fits = Object.entries(noise?.streams ?? {}).some(
        ([name, stream]) => isOfValues(name) && stream.fit.lengths[length] !== undefined,
      );
      const tests =
        streams === undefined || noise === undefined || !fits
          ? null
          : createWindowTests({ subject, streams, noise, window: hours, calendar: deps.calendar, anchor });
      made.set(subject, tests);
      return tests;
    };
    return { testsOf, noiseVersion: fit.version, calibration };
  };
}

/** What a fit entitles to: one from fewer days than it should have, as after two changes of baseline, to less. */
function calibrationBy({ hours }: NoiseFit, state: Calibration, length: number): Calibration {
  if (state !== 'calibrated' || hours > calibratedHours - 24) return state;
  return length <= shortHours ? 'provisional' : 'learning';
}

/** Whose level counts: 0 is that of the fitted hours, which must hold those that the baseline was cut from. */
function levelFrom({ inherited, version, hours }: NoiseFit, { baseline, to }: Baseline): number {
  const begin = version * 24 - hours;
  return inherited === 0 && begin * 3_600_000 >= to ? baseline : inherited;
}

/** Whether the day of the window has more rows than the fit can speak of. */
function knowsTooLittle(fit: NoiseFit, { end }: Window, noise: StreamNoiseKeeper): boolean {
  let learnt = 0;
  for (const { streams } of fit.subjects.values())
    for (const { rows } of Object.values(streams)) learnt = Math.max(learnt, rows);
  const to = end / 3600;
  const day = noise.rowsIn({ from: to - 24, to }).reduce((sum, rows) => sum + rows, 0);
  return day > launchFactor * learnt;
}

function isOfValues(name: string): boolean {
  return name !== 'missing' && name !== 'mismatch';
}
