import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Bench, brainlens, root } from './support';

const bench = new Bench();
afterAll(() => bench.remove());

const simulated = join(root, 'samples/datasets/simulated/dataset.yaml');
const golden = join(root, 'test/golden/alignment');

function resultIn(name: string): { result: Record<string, unknown>; arrays: { file: string; shape: number[] }[] } {
  return JSON.parse(readFileSync(join(bench.results, name, 'result.json'), 'utf8')) as ReturnType<typeof resultIn>;
}

describe('brainlens align', () => {
  test('a model and a dataset manifest', async () => {
    const { code, stdout, stderr } = await brainlens(bench, [
      ...['align', '--model', bench.model, '--dataset', simulated, '--permutations', '19'],
      ...['--out', join(bench.results, 'dataset')],
    ]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).toMatch(/Simulated data: .* at layer 2, p = 0\.05/);
    const { result, arrays } = resultIn('dataset');
    expect(result['best']).toMatchObject({ layer: 2 });
    expect(arrays.map(({ file, shape }) => [file, shape])).toEqual([
      ['scores.npy', [4, 24]],
      ['foldScores.npy', [4, 5, 24]],
      ['alphas.npy', [4, 5, 24]],
    ]);
  });

  test('given arrays and folds by a path relative to the working folder', async () => {
    bench.write('folds.npy', readFileSync(join(golden, 'folds.npy')));
    const { code } = await brainlens(bench, [
      ...['align', '--features', join(golden, 'features.npy'), '--responses', join(golden, 'responses.npy')],
      ...['--folds', 'folds.npy', '--alpha', 'loo', '--out', join(bench.results, 'arrays'), '--quiet'],
    ]);
    expect(code).toBe(0);
    expect(resultIn('arrays').result['folds']).toMatchObject({ name: 'folds.npy', count: 5 });
  });

  test.each([
    [['--features', join(golden, 'features.npy')], /--features: needs --responses/],
    [['--model', 'nowhere', '--dataset', simulated], /nowhere does not exist/],
    [['--model', '.', '--dataset', simulated, '--folds', 'missing.npy'], /missing\.npy does not exist/],
  ])('refuses %o in one line', async (args, message) => {
    const { code, stderr } = await brainlens(bench, ['align', ...args, '--out', join(bench.results, 'refused')]);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(message);
  });
});
