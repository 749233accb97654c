import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpyFile } from '../../src/data/npy-file';
import { resultSchema } from '../../src/shared/result';
import { cacheFolder } from '../../src/cli/settings';
import { Bench, brainlens, root } from './support';

const FILE = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const places = [process.env['BRAINLENS_REAL_MODEL'], join(cacheFolder(process.env), 'models', FILE)];
const model = places.find((place) => place !== undefined && place !== '' && existsSync(place));
const stimuli = join(root, '../shared/data/localizer/language');

/** Units per layer by the published code's procedure on the same file (anchor of the language localizer). */
const PER_LAYER = [5, 0, 0, 1, 1, 2, 2, 1, 1, 1, 2, 1, 2, 3, 5, 4, 3, 5, 9, 22, 16, 14, 13, 6, 9, 9, 8, 13, 6, 8];
/** t differs by the order of float32 sums in the forward pass. */
const TOLERANCE = 1e-3;

it('the language localizer finds the known units of SmolLM2', { timeout: 900_000 }, async (ctx) => {
  if (model === undefined) ctx.skip('SmolLM2 is not here (name it in BRAINLENS_REAL_MODEL)');
  if (!existsSync(stimuli)) ctx.skip('the localizer’s stimuli are not beside the repository');
  const bench = new Bench();
  try {
    const out = join(bench.results, 'run');
    const args = ['localize', '--model', model!, '--stimuli', stimuli, '--max-tokens', '12', '--out', out, '--json'];
    const { code, stdout, stderr } = await brainlens(bench, args);
    expect(code, stderr).toBe(0);
    resultSchema.parse(JSON.parse(stdout));
    const t = await readNpyFile(join(out, 't.npy'));
    const selected = await readNpyFile(join(out, 'selected.npy'));
    const values = Array.from(t.data as Float64Array, Number);
    const units = Array.from(selected.data as Uint8Array, Number);
    const [layers, width] = t.shape as [number, number];
    expect(selected.shape).toEqual([layers, width]);
    expect(units.reduce((sum, unit) => sum + unit, 0)).toBe(172);
    const perLayer = Array.from({ length: layers }, (_, layer) =>
      units.slice(layer * width, (layer + 1) * width).reduce((sum, unit) => sum + unit, 0),
    );
    expect(perLayer).toEqual(PER_LAYER);
    const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!);
    expect([Math.floor(order[0]! / width), order[0]! % width]).toEqual([21, 507]);
    expect(Math.abs(values[order[0]!]! - 27.35458)).toBeLessThan(TOLERANCE);
    expect(Math.abs(values[order[171]!]! - 8.672453)).toBeLessThan(TOLERANCE);
  } finally {
    bench.remove();
  }
});
