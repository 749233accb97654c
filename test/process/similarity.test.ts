import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cacheFolder } from '../../src/cli/settings';
import { readNpyFile } from '../../src/data/npy-file';
import { Bench, brainlens, root } from './support';

const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const places = [process.env['BRAINLENS_REAL_MODEL'], join(cacheFolder(process.env), 'models', FILE)];
const model = places.find((place) => place !== undefined && place !== '' && existsSync(place));

/** CKA of all layers with all layers by transformers and NumPy; `make_smollm2.py` beside it makes it. */
const golden = JSON.parse(readFileSync(join(root, 'test/golden/similarity/smollm2.json'), 'utf8')) as {
  readonly texts: number;
  readonly cka: readonly number[];
  readonly 'debiased-cka': readonly number[];
};
/** The project's promise. Gram matrices are float64; activations differ by the order of float32 sums. */
const TOLERANCE = 1e-6;

it('CKA of the layers of SmolLM2 is that of transformers and NumPy', { timeout: 900_000 }, async (ctx) => {
  if (model === undefined) ctx.skip('SmolLM2 is not here (name it in BRAINLENS_REAL_MODEL)');
  const bench = new Bench();
  try {
    const lines = readFileSync(join(root, 'samples/stimuli/language.csv'), 'utf8').split('\n');
    const stimuli = bench.write('texts.csv', `${lines.slice(0, golden.texts + 1).join('\n')}\n`);
    for (const metric of ['cka', 'debiased-cka'] as const) {
      const out = join(bench.results, metric);
      const given = ['--model', model!, '--model', model!, '--stimuli', stimuli];
      const { code, stderr } = await brainlens(bench, ['similarity', ...given, '--metric', metric, '--out', out]);
      expect(code, stderr).toBe(0);
      const { data, shape } = await readNpyFile(join(out, 'similarity.npy'));
      expect(shape).toEqual([30, 30]);
      const far = golden[metric].reduce((most, value, i) => Math.max(most, Math.abs(data[i]! - value)), 0);
      expect(far, metric).toBeLessThan(TOLERANCE);
      for (let layer = 0; layer < 30; layer += 1) expect(data[31 * layer]).toBeCloseTo(1, 12);
    }
  } finally {
    bench.remove();
  }
});
