import type { Baseline, BaselineSubject } from '../domain/baseline.ts';
import type { Window } from '../domain/window.ts';
import type { Calendar } from './calendar.ts';
import type { CalibrationState } from './calibration.ts';
import { notYet, type StreamNoiseKeeper } from './noise.ts';
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
}

const withoutNoise: TestsInWindow = { testsOf: () => null, noiseVersion: 0 };

/** Finds the fit for a window and the hours it consists of; nothing is read while the noise is still to be learnt. Null: judge it later. */
export function createTestsOf(
  deps: TestsOfDeps,
): (window: Window, state: CalibrationState) => Promise<TestsInWindow | null> {
  return async (window, state) => {
    if (state.calibration === 'learning') return withoutNoise;
    const fit = await deps.noise.fitBefore(window);
    if (fit === notYet) return null;
    if (fit === null) return withoutNoise;
    const hours = await deps.noise.hoursIn(window);
    const anchor = anchorOf(deps.baseline, fit.inherited, deps.noise.rowsIn);
    const length = (window.end - window.start) / 3600;
    const made = new Map<string, WindowTests | null>();
    const testsOf = ({ binning: { subject } }: BaselineSubject): WindowTests | null => {
      const known = made.get(subject);
      if (known !== undefined) return known;
      const streams = deps.noise.history.streams.get(subject);
      const noise = fit.subjects.get(subject);
      const fits = Object.values(noise?.streams ?? {}).some(
        stream => stream.fit.lengths[length] !== undefined,
      );
      const tests =
        streams === undefined || noise === undefined || !fits
          ? null
          : createWindowTests({ subject, streams, noise, window: hours, calendar: deps.calendar, anchor });
      made.set(subject, tests);
      return tests;
    };
    return { testsOf, noiseVersion: fit.version };
  };
}
