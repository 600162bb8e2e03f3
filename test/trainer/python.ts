import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** LEEWAY_PYTHON, else python3. */
export const python = process.env['LEEWAY_PYTHON'] ?? 'python3';

/** Folder of the trainer. */
export const trainerFolder = fileURLToPath(new URL('../../examples/trainer/', import.meta.url));

/** Whether this Python has these modules. */
export function hasModules(...modules: readonly string[]): boolean {
  return spawnSync(python, ['-c', modules.map(name => `import ${name}`).join('\n')]).status === 0;
}

/**
 * Whether the trainer can run here. Where it cannot, its tests are skipped with one line, or fail where
 * LEEWAY_REQUIRE_TRAINER is set.
 */
export function trainerRuns(): boolean {
  if (hasModules('sklearn', 'pandas', 'pyarrow')) return true;
  const line = `The trainer needs scikit-learn, pandas and pyarrow (examples/trainer/requirements.txt), which ${python} lacks: set LEEWAY_PYTHON.`;
  if ((process.env['LEEWAY_REQUIRE_TRAINER'] ?? '') !== '') throw new Error(line);
  console.warn(`skipped: ${line}`);
  return false;
}
