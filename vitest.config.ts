import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    alias: { vscode: fileURLToPath(new URL('test/unit/editor/plain-vscode.ts', import.meta.url)) },
    // onnxruntime-node must never be loaded into a worker thread.
    pool: 'forks',
    testTimeout: 20_000,
  },
});
