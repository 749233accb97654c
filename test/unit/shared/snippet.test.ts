import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { numpySnippet } from '../../../src/shared/snippet';
import { result } from './result-file';

const python = spawnSync('python3', ['--version']).status === 0;

describe('the NumPy snippet', () => {
  it('loads every array under a name that Python allows', () => {
    const text = numpySnippet(result, '/a "b"\\c', ['t.npy', 'random-layer-matched.npy', 'result.npy', '2d.npy']);
    expect(text).toContain('t = np.load(folder / "t.npy")');
    expect(text).toContain('random_layer_matched = np.load(folder / "random-layer-matched.npy")');
    expect(text).toContain('array_result = np.load(folder / "result.npy")');
    expect(text).toContain('array_2d = np.load(folder / "2d.npy")');
    expect(text).toContain('folder = Path("/a \\"b\\"\\\\c")');
  });

  it('needs no NumPy where there is no array', () => {
    expect(numpySnippet(result, '.', [])).not.toContain('numpy');
  });

  it('runs in Python', (context) => {
    if (!python) context.skip('python3 is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'brain “lens” '));
    writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
    const script = `${numpySnippet(result, folder, [])}print(result["k"])`;
    const { stdout, stderr } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(stdout).toBe('172\n');
  });
});
