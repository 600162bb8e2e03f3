import { defineConfig } from 'vitest/config';

/** The calibration tables at a small scale: prints them, fails only on what cannot be chance. One process. */
export default defineConfig({
  test: {
    include: ['test/calibration/**/*.test.ts'],
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
    fileParallelism: false,
    testTimeout: 900_000,
  },
});
