import { defineConfig } from 'vitest/config';

/** The suite against a real broker: one process, one file after the other. */
export default defineConfig({
  test: {
    include: ['test/kafka/**/*.test.ts'],
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
});
