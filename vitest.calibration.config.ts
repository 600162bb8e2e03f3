import { defineConfig } from 'vitest/config';

/** The calibration tables at a small scale: prints them, fails only on what cannot be chance. */
export default defineConfig({
  test: {
    include: ['test/calibration/**/*.test.ts'],
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
    fileParallelism: false,
    // One table a core: each is a process of its own.
    maxConcurrency: 2,
    testTimeout: 1_800_000,
  },
});
