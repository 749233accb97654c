import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    // onnxruntime-node must never be loaded into a worker thread.
    pool: 'forks',
    testTimeout: 20_000,
  },
});
