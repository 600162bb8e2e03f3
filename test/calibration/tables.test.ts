import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { calibrations } from '../../bench/calibration/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Share of the repeats of `npm run calibrate`. */
const scale = process.env['LEEWAY_CALIBRATION_SCALE'] ?? '0.01';

/** The tables that fit into a few minutes at this scale; all of them unless named. */
const named = (process.env['LEEWAY_CALIBRATION_TABLES'] ?? '').split(',').filter(name => name !== '');
const chosen = calibrations.filter(({ name }) => named.length === 0 || named.includes(name));

/** A table in a process of its own, as `npm run calibrate` runs it: minutes of simulation must not stop the tests. */
async function run(name: string): Promise<{ readonly code: number; readonly text: string }> {
  const script = 'bench/calibration/main.ts';
  const options = ['--only', name, '--scale', scale, '--dry'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...options], {
      cwd: root,
      maxBuffer: 2 ** 26,
    });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: code ?? 1, text: `${stdout ?? ''}${stderr ?? ''}` };
  }
}

it('knows every table it is asked for', () => {
  expect(chosen).toHaveLength(named.length === 0 ? calibrations.length : named.length);
});

describe.concurrent('calibration', () => {
  for (const { name } of chosen)
    it(`${name}: nothing is broken beyond doubt`, async () => {
      const { code, text } = await run(name);
      console.log(text);
      expect(text).toContain('## ');
      expect(text.split('\n').filter(line => line.startsWith('BEYOND DOUBT'))).toEqual([]);
      expect(code).toBe(0);
    });
});
