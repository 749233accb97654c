import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/contributes.mjs', import.meta.url));

describe('generated parts of the package', () => {
  it('commands, menus, titles and YAML schemas are those of the specs (npm run contributes)', () => {
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
  });
});
