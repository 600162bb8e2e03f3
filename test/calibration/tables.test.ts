import { describe, expect, it } from 'vitest';
import { calibrations } from '../../bench/calibration/index.ts';
import { markdownOf } from '../../bench/calibration/page.ts';

/** Share of the repeats of `npm run calibrate`. */
const scale = Number(process.env['LEEWAY_CALIBRATION_SCALE'] ?? 0.05);

/** The tables that fit into a few minutes at this scale; all of them unless named. */
const named = (process.env['LEEWAY_CALIBRATION_TABLES'] ?? '').split(',').filter(name => name !== '');
const chosen = calibrations.filter(({ name }) => named.length === 0 || named.includes(name));

describe('calibration', () => {
  it('knows every table it is asked for', () => {
    expect(chosen).toHaveLength(named.length === 0 ? calibrations.length : named.length);
  });

  for (const calibration of chosen)
    it(`${calibration.name}: nothing is broken beyond doubt`, async () => {
      const table = await calibration.run(scale, () => {});
      console.log(markdownOf({ table, cpuSeconds: 0 }));
      expect(table.name).toBe(calibration.name);
      expect(calibration.assert(table)).toEqual([]);
    });
});
