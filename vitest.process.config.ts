import { defineConfig } from 'vitest/config';

// Real child processes and the built command line: slower than unit tests, one file at a time.
export default defineConfig({
  test: {
    include: ['test/process/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
  },
});
