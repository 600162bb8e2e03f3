import { describe, expect, it } from 'vitest';
import { calibrations } from '../../bench/calibration/index.ts';
import { markdownOf } from '../../bench/calibration/page.ts';

/** Share of the repeats of `npm run calibrate`. */
const scale = Number(process.env['LEEWAY_CALIBRATION_SCALE'] ?? 0.05);

describe('calibration', () => {
  for (const calibration of calibrations)
    it(`${calibration.name}: nothing is broken beyond doubt`, async () => {
      const table = await calibration.run(scale, () => {});
      console.log(markdownOf({ table, cpuSeconds: 0 }));
      expect(table.name).toBe(calibration.name);
      expect(calibration.assert(table)).toEqual([]);
    });
});
