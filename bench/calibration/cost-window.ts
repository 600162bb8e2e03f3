import { profileNumbers } from '../../src/app/compare/column-profile.ts';
import { createCalendar } from '../../src/detect/calendar.ts';
import { judgeWindow } from '../../src/detect/judged.ts';
import { baselineOf, contextOf } from '../../test/twins/samples.ts';
import { median } from '../figure.ts';
import { createRandom } from './random.ts';
import { type Calibration, fixed, repeatsAt, type Table } from './table.ts';

interface WindowCost {
  /** Findings of the window, and milliseconds of CPU it took. */
  readonly findings: number;
  readonly milliseconds: number;
}

const features = 200;
const goal = 500;
const sizes = { reference: 20_000, window: 5000 };

export const costWindow: Calibration<WindowCost> = { name: 'cost-window', run, assert: () => [] };

/** CPU of all checks on one window, by the function that the detector calls. */
function run(scale: number, say: (line: string) => void): Table<WindowCost> {
  say(`cost-window: ${features} features`);
  const random = createRandom('cost of a window');
  const drawn = (rows: number, shift: number) => ({
    values: Float64Array.from({ length: rows }, () => shift + random.normal()),
    missing: rows / 500,
    mismatches: 0,
  });
  const columns = Array.from({ length: features }, (_, i) =>
    profileNumbers(`f${i}`, drawn(sizes.reference, 0), drawn(sizes.window, i % 10 === 0 ? 0.2 : 0)),
  );
  const context = contextOf(
    baselineOf(columns.map(({ subject }) => subject)),
    Object.fromEntries(columns.map(({ subject, current }) => [subject.binning.subject, current])),
    { calendar: createCalendar([], 'm') },
  );
  const data = Array.from({ length: repeatsAt(scale, 20, 3) + 2 }, () => {
    const before = process.cpuUsage();
    const { findings } = judgeWindow(context);
    const { user, system } = process.cpuUsage(before);
    return { findings: findings.length, milliseconds: (user + system) / 1000 };
  }).slice(2);
  const half = median(data.map(row => row.milliseconds));
  return {
    name: costWindow.name,
    title: 'Cost of a window',
    scale,
    about: [
      `One window of ${features} numeric features in 1,024 bins, ${sizes.window} rows against ${sizes.reference}, one in ten changed: every check, effect, interval, measure and sentence. CPU of one process.`,
    ],
    sections: [
      {
        caption: 'Milliseconds of CPU',
        head: ['what', 'findings', 'median', 'largest', 'goal'],
        rows: [
          [
            `${features} features with everything`,
            String(data[0]!.findings),
            fixed(half, 0),
            fixed(Math.max(...data.map(row => row.milliseconds)), 0),
            `under ${goal}`,
          ],
        ],
      },
    ],
    findings: [`${features} features with everything take ${fixed(half, 0)} ms (goal: under ${goal}).`],
    data,
  };
}
