import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts', 'test/contract/**/*.test.ts'],
    // Nobody has an Airflow at hand by chance: without one there is nothing to skip.
    exclude: process.env['LEEWAY_AIRFLOW'] === undefined ? ['test/contract/airflow.test.ts'] : [],
    pool: 'forks',
    // Vitest leaves a core idle by itself; on two cores that is half of the time.
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/stats/**', 'src/detect/**', 'src/act/**', 'src/decode/**'],
      exclude: ['**/*.test.ts', '**/ports.ts'],
      thresholds: { lines: 95 },
    },
  },
});
