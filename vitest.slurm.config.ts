import { defineConfig } from 'vitest/config';

// A real Slurm of one node, started and stopped by the tests; skipped by name where it cannot be had.
export default defineConfig({
  test: {
    include: ['test/slurm/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
