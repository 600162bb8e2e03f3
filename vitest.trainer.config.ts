import { defineConfig } from 'vitest/config';

/** The shipped trainer in a process of its own, and the whole story with it: one file at a time. */
export default defineConfig({
  test: {
    include: ['test/trainer/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
