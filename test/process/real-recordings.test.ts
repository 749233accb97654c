import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/cli/settings';
import { readNpyFile } from '../../src/data/npy-file';
import { Bench, brainlens, root } from './support';

const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const places = [process.env['BRAINLENS_REAL_MODEL'], join(cacheFolder(process.env), 'models', FILE)];
const model = places.find((place) => place !== undefined && place !== '' && existsSync(place));
const recordings = join(root, '../shared/data/tuckute2024');
const golden = join(root, 'test/golden/tuckute2024');

/** Scores of transformers and himalaya on the same folds, [layers][regions]. */
interface Reference {
  readonly regions: readonly string[];
  readonly scores: readonly (readonly number[])[];
}

const LAYERS = [3, 12, 25];
/** The project's promise is 0.005; the reference holds six digits, and activations differ by the order of float32 sums. */
const TOLERANCE = 1e-4;

it(
  'brain scores of SmolLM2 on 1,000 sentences are those of transformers and himalaya',
  { timeout: 900_000 },
  async (ctx) => {
    if (model === undefined) ctx.skip('SmolLM2 is not here (name it in BRAINLENS_REAL_MODEL)');
    if (!existsSync(recordings)) ctx.skip('the recordings are not beside the repository');
    const bench = new Bench();
    try {
      const manifest = join(bench.home, 'tuckute2024.dataset.yaml');
      copyFileSync(join(root, 'docs/datasets/tuckute2024.dataset.yaml'), manifest);
      symlinkSync(recordings, join(bench.home, 'tuckute2024'));
      const out = join(bench.results, 'run');
      const given = ['--model', model!, '--dataset', manifest, '--folds', join(golden, 'folds.npy')];
      const args = ['align', ...given, '--layers', LAYERS.join(','), '--out', out, '--json'];
      const { code, stdout, stderr } = await brainlens(bench, args);
      expect(code, stderr).toBe(0);
      const { result } = JSON.parse(stdout) as { result: { units: readonly { id: string; summary: boolean }[] } };
      const reference = JSON.parse(readFileSync(join(golden, 'reference.json'), 'utf8')) as Reference;
      expect(result.units.filter(({ summary }) => summary).map(({ id }) => id)).toEqual(['lang_LH_netw']);
      const { data, shape } = await readNpyFile(join(out, 'scores.npy'));
      expect(shape).toEqual([LAYERS.length, reference.regions.length]);
      LAYERS.forEach((layer, i) =>
        result.units.forEach(({ id }, j) => {
          const expected = reference.scores[layer]![reference.regions.indexOf(id)]!;
          expect(Math.abs(data[i * shape[1]! + j]! - expected), `layer ${layer}, ${id}`).toBeLessThan(TOLERANCE);
        }),
      );
    } finally {
      bench.remove();
    }
  },
);
