import { defineConfig } from 'vitest/config';

/** The page in a real browser, against deterministic answers: `npx vite build && npx vitest run -c vitest.web.config.ts`. */
export default defineConfig({
  test: {
    include: ['test/web/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
