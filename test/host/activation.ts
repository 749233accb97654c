import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { extensions } from 'vscode';

const LIMIT_MS = 100;

/** The extension's cost at startup. */
export function activation(): void {
  describe('activation', () => {
    it('happens by itself once VS Code has started', async () => {
      const extension = extensions.getExtension('brainlens.brainlens');
      assert.ok(extension);
      for (let i = 0; i < 100 && !extension.isActive; i++) await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(extension.isActive, true);
    });

    it(`loads its code in under ${LIMIT_MS} ms`, () => {
      const extension = extensions.getExtension('brainlens.brainlens')!;
      const bundle = join(extension.extensionPath, 'dist/extension.cjs');
      const load = createRequire(bundle);
      const { [bundle]: loaded, ...others } = load.cache;
      load.cache = others as typeof load.cache;
      const start = performance.now();
      const again = load(bundle) as { activate?: unknown };
      const milliseconds = performance.now() - start;
      load.cache = { ...others, [bundle]: loaded } as typeof load.cache;
      assert.equal(typeof again.activate, 'function');
      assert.ok(milliseconds < LIMIT_MS, `${milliseconds.toFixed(1)} ms`);
    });
  });
}
