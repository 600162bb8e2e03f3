import { defineConfig } from 'vitest/config';

/** Input made to do harm: many mutations, many names, slow and broken connections. */
export default defineConfig({
  test: {
    include: ['test/hostile/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
