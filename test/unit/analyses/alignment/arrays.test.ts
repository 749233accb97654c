import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alignment } from '../../../../src/analyses/alignment/index';
import { alignmentSpec } from '../../../../src/analyses/alignment/spec';
import { Random } from '../../../../src/math/random';
import { parseSpec } from '../../../../src/shared/analysis';
import { Cancelled } from '../../../../src/shared/errors';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { jsonable } from '../../../../src/shared/json';
import { encodeNpy } from '../../../../src/shared/npy';
import { resultOf, temporaryFolder } from '../../models/support';
import { contextFor, folder, golden, run } from './support';

const home = temporaryFolder();
const given = {
  features: join(folder, 'features.npy'),
  responses: join(folder, 'responses.npy'),
  folds: join(folder, 'folds.npy'),
  bootstrap: 500,
};

/** Saves an array and says where. */
function npy(name: string, data: Float64Array | Float32Array | Int32Array, shape: readonly number[]): string {
  const path = join(home, name);
  writeFileSync(path, encodeNpy({ data, shape }));
  return path;
}

function normal(random: Random, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return radius * Math.cos(2 * Math.PI * random.uniform());
  });
}

describe('given features and responses', () => {
  // Float64 solves of both sides agree to rounding (1e-12 measured); 1e-6 leaves room for other BLAS, 1e-4 is promised.
  test.each(['nested', 'loo', 'ols'] as const)('%s scores are himalaya’s and scikit-learn’s', async (alpha) => {
    const { result, fields } = await run({ ...given, alpha });
    const expected = golden[alpha];
    expect(result.arrays['foldScores']!.shape).toEqual([3, 5, 5]);
    expect(result.arrays['scores']!.shape).toEqual([3, 5]);
    const flat = expected.foldScores.flat(2);
    result.arrays['foldScores']!.data.forEach((score, i) => expect(score).toBeCloseTo(flat[i]!, 6));
    expected.foldScores.forEach((folds, layer) => {
      for (let u = 0; u < 5; u += 1) {
        const mean = folds.reduce((sum, of) => sum + of[u]!, 0) / 5;
        expect(result.arrays['scores']!.data[layer * 5 + u]).toBeCloseTo(mean, 6);
      }
    });
    expect(fields.layers.map(({ layer, depth }) => [layer, depth])).toEqual([
      [0, 1 / 3],
      [1, 2 / 3],
      [2, 1],
    ]);
  });

  test.each(['nested', 'loo'] as const)('%s chooses the penalties that they choose', async (alpha) => {
    const { result } = await run({ ...given, alpha });
    const expected = golden[alpha].alphas.flat(2);
    result.arrays['alphas']!.data.forEach((value, i) => {
      // A constant target has the same error at every penalty.
      if (i % 5 !== 3) expect(value / expected[i]!).toBeCloseTo(1, 9);
    });
  });

  test('principal components of the training rows stand for the features', async () => {
    const { result } = await run({ ...given, pca: 4 });
    const flat = golden.pca.foldScores.flat(2);
    result.arrays['foldScores']!.data.forEach((score, i) => expect(score).toBeCloseTo(flat[i]!, 6));
  });

  test('responses that are all missing have no score, no p and no figure of units', async () => {
    const x = npy('some.npy', normal(new Random(21), 20 * 2 * 3), [20, 2, 3]);
    const nothing = npy('nothing.npy', new Float64Array(20 * 2).fill(NaN), [20, 2]);
    const { result, fields, warnings } = await run({
      features: x,
      responses: nothing,
      permutations: 19,
      bootstrap: 100,
    });
    expect(fields.best).toMatchObject({ layer: null, score: NaN, nestedScore: NaN });
    expect(fields.p).toBeNaN();
    expect(alignment.figures(result).map(({ id }) => id)).toEqual(['layers', 'units']);
    expect(warnings.join()).toMatch(/2 units have no response at all and no score: 0, 1/);
  });

  test('a layer of constant features scores 0 and is named', async () => {
    const data = normal(new Random(22), 40 * 2 * 3);
    for (let row = 0; row < 40; row += 1) data.fill(0.1, row * 6 + 3, row * 6 + 6);
    const x = npy('flat.npy', data, [40, 2, 3]);
    const made = { features: x, responses: npy('flat-y.npy', normal(new Random(23), 40), [40, 1]), bootstrap: 100 };
    const { fields, warnings } = await run(made);
    expect(warnings).toEqual(['Features of layer 1 are the same for all rows: nothing can be predicted (score 0).']);
    expect(fields.layers[1]!.score).toBe(0);
  });

  test('missing responses and constant units are counted and named', async () => {
    const { fields, warnings } = await run(given);
    expect(fields.missing).toBe(7);
    expect(fields.units.map(({ n }) => n)).toEqual([60, 60, 60, 60, 53]);
    expect(warnings.join('\n')).toMatch(
      /1 unit has the same response everywhere and score 0, which enters the aggregate: 3\./,
    );
    expect(warnings.join('\n')).toMatch(/1 unit has missing responses, .*: 4\./);
    expect(fields.units[3]!.score).toBe(0);
  });

  test('two-dimensional features are one layer', async () => {
    const x = normal(new Random(1), 40 * 6);
    const { result, fields } = await run({
      features: npy('x.npy', x, [40, 6]),
      responses: npy('y.npy', normal(new Random(2), 40 * 2), [40, 2]),
      bootstrap: 200,
    });
    expect(result.arrays['scores']!.shape).toEqual([1, 2]);
    expect(fields.folds).toMatchObject({ name: 'kfold:5:0', count: 5 });
    expect(fields.best.layer).toBe(0);
    expect(fields.best.nestedScore).toBeCloseTo(fields.best.score, 12);
  });

  test('permuted responses score 0 within their interval, and p says so', async () => {
    const random = new Random(3);
    const x = normal(random, 90 * 2 * 8);
    const settings = {
      features: npy('noise-x.npy', x, [90, 2, 8]),
      bootstrap: 500,
      permutations: 39,
      alpha: 'loo',
    };
    const noise = await run({ ...settings, responses: npy('noise-y.npy', normal(random, 90 * 3), [90, 3]) });
    for (const { interval, nullBand } of noise.fields.layers) {
      expect(interval[0]).toBeLessThan(0);
      expect(interval[1]).toBeGreaterThan(0);
      expect(nullBand![0]).toBeLessThan(0);
      expect(nullBand![1]).toBeGreaterThan(0);
    }
    expect(noise.fields.p).toBeGreaterThan(0.05);
    expect(noise.fields.permutations.how).toBe('rows change places');

    const signal = Float64Array.from({ length: 90 * 3 }, (_, i) => x[Math.floor(i / 3) * 16 + 8 + (i % 3)]!);
    const real = await run({ ...settings, responses: npy('signal-y.npy', signal, [90, 3]) });
    expect(real.fields.p).toBe(1 / 40);
    expect(real.fields.best.layer).toBe(1);
    for (const { p, q } of real.fields.units) expect([p, q]).toEqual([1 / 40, expect.closeTo(1 / 40, 12)]);
    expect(real.fields.best.nestedLayers).toEqual([1, 1, 1, 1, 1]);
    expect(real.fields.best.layerInterval).toEqual([1, 1]);
  });

  test('the memory is said first, and a budget that is too small refuses', async () => {
    const { progress } = await run(given);
    expect(progress[0]!.phase).toMatch(/^Memory: about .* of 4\.0 GB$/);
    await expect(run(given, [], { memory: 1e8 })).rejects.toThrow(/needs about .* memory budget is 100 MB.*--memory/);
  });

  test('a cancelled run ends', async () => {
    const controller = new AbortController();
    const context = contextFor([], { signal: controller.signal });
    const steps = alignment.run(parseSpec(alignmentSpec, given), context);
    await steps.next();
    controller.abort();
    await expect(resultOf(steps)).rejects.toThrow(Cancelled);
  });

  test('figures are within the contract', async () => {
    const { result } = await run({ ...given, permutations: 19, alpha: 'loo', alphas: '1:100:3' });
    const figures = alignment.figures(result);
    const file = jsonable({ schema: 'brainlens/figures@1', figures });
    expect(figuresSchema.safeParse(file).error).toBeUndefined();
    expect(alignment.summary(result)).toMatch(/^responses\.npy, 5 units: r 0\.\d+ \[.*\] at layer \d, p = /);
  });
});

describe('what does not go together', () => {
  const x = npy('small-x.npy', normal(new Random(4), 20 * 3), [20, 3]);
  const y = npy('small-y.npy', normal(new Random(5), 20), [20, 1]);

  test.each([
    [{ features: x }, /--features needs --responses/],
    [{ features: x, responses: y, model: 'm' }, /--features takes the place of --model/],
    [{ model: 'm' }, /--dataset is missing/],
    [{ dataset: 'd' }, /--model is missing/],
    [{ features: x, responses: y, units: 'u' }, /--units needs --model and --dataset/],
    [{ features: x, responses: y, zscore: true }, /--zscore goes with --metric cka/],
    [{ features: x, responses: y, metric: 'rsa', pca: 3 }, /--pca goes with --metric ridge/],
    [{ features: x, responses: y, alphas: '1:0.1:3' }, /--alphas must go from a positive number/],
    [{ features: x, responses: y, alphas: 'many' }, /--alphas must be FROM:TO:COUNT/],
    [{ features: x, responses: y, folds: 'often' }, /--folds must be kfold/],
  ])('%o', (settings, message) => {
    expect(() => parseSpec(alignmentSpec, settings)).toThrow(
      new RegExp(message.source.replace(/^(--\S+)/, '$1:? ?').replace(':? ? ', ':? ')),
    );
  });

  test('rows that differ in number', async () => {
    const responses = npy('short.npy', normal(new Random(6), 19), [19, 1]);
    await expect(run({ features: x, responses })).rejects.toThrow(/has 20 rows and .*short\.npy has 19/);
  });

  test('RSA of a single unit, which has no pattern', async () => {
    await expect(run({ features: x, responses: y, metric: 'rsa' })).rejects.toThrow(/there is one unit/);
  });

  test('features that are not finite are named by their place', async () => {
    const data = normal(new Random(7), 20 * 3);
    data[7] = NaN;
    await expect(run({ features: npy('hole.npy', data, [20, 3]), responses: y })).rejects.toThrow(/NaN at \[2, 1\]/);
  });

  test('infinite responses', async () => {
    const data = normal(new Random(8), 20);
    data[3] = -Infinity;
    await expect(run({ features: x, responses: npy('inf.npy', data, [20, 1]) })).rejects.toThrow(
      /-Infinity at \[3, 0\]/,
    );
  });

  test('fewer rows than folds', async () => {
    await expect(run({ features: x, responses: y, folds: 'kfold:30:0' })).rejects.toThrow(
      /20 rows are fewer than 30 folds/,
    );
  });
});
