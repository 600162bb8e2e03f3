import { defineConfig } from 'vitest/config';

/** Kill, unplug and restart tests: one at a time, long. */
export default defineConfig({
  test: {
    include: ['test/fault/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
