import { build } from 'esbuild';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoderPool } from '../../../../src/math/encoding/pool';
import { processPool } from '../../../../src/math/encoding/processes';
import type { EncoderPool, LayerScores } from '../../../../src/math/encoding/encoding';
import type { FoldPlan, InnerRule } from '../../../../src/math/folds';
import { givenPlan } from '../../../../src/math/folds/contiguous';
import { Random } from '../../../../src/math/random';
import { Cancelled, UserError } from '../../../../src/shared/errors';

// Beside onnxruntime-node, which the bundle leaves outside.
const folder = join(import.meta.dirname, '../../../../node_modules/.cache', `brainlens-processes-${process.pid}`);
const entry = join(folder, 'encoder.mjs');
const [rows, width, units] = [260, 6, 4];
const plan = givenPlan(
  Array.from({ length: rows }, (_, row) => row % 3),
  'thirds',
);
const options = { alpha: 'nested' as const, alphas: Float64Array.of(0.1, 1, 10, 100) };
const signal = new AbortController().signal;

const noise = (count: number, label: string): Float64Array => {
  const random = new Random(3, label);
  return Float64Array.from({ length: count }, () => random.uniform() - 0.5);
};
const features = (layer: number): Float64Array => noise(rows * width, `layer ${layer}`);
const responses = { data: noise(rows * units, 'responses'), units };

async function scoresOf(pool: EncoderPool, layer: number, of: FoldPlan = plan): Promise<LayerScores> {
  const encoder = await pool.layer(features(layer), width, of, { ...options, signal });
  try {
    return await encoder.score(responses, { predictions: true });
  } finally {
    encoder.release();
  }
}

function expectSame(a: LayerScores, b: LayerScores): void {
  expect([...a.alphas]).toEqual([...b.alphas]);
  for (const name of ['scores', 'innerScores', 'innerErrors', 'sse', 'sst', 'predictions'] as const) {
    // One thread or several add in another order: rounding.
    a[name]!.forEach((value, i) => {
      if (Number.isNaN(value)) expect(b[name]![i]).toBeNaN();
      else expect(value).toBeCloseTo(b[name]![i]!, 9);
    });
  }
}

describe('Encoders in processes of their own', () => {
  let pool: EncoderPool;
  const own = encoderPool(1);

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    await build({
      entryPoints: [join(import.meta.dirname, '../../../../src/math/encoding/child.ts')],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['onnxruntime-node'],
    });
    pool = processPool({ threads: 2, entry });
  });

  afterAll(async () => {
    await pool.dispose();
    await own.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('score several layers at a time, each as this process does', async () => {
    expect(pool.parallel(plan, width)).toBe(2);
    const found = await Promise.all([0, 1, 2].map((layer) => scoresOf(pool, layer)));
    for (const layer of [0, 1, 2]) expectSame(found[layer]!, await scoresOf(own, layer));
  });

  it('leave out the rows that a unit misses by the rule of the plan, which stays behind', async () => {
    const halves: InnerRule = (train) => {
      const even = train.filter((_, i) => i % 2 === 0);
      const odd = train.filter((_, i) => i % 2 === 1);
      return [
        { train: even, test: odd },
        { train: odd, test: even },
      ];
    };
    const gaps = responses.data.slice();
    for (const row of [3, 4, 50]) gaps[row * units + 1] = NaN;
    const ruled = { ...plan, innerOf: halves };
    const scored = async (of: EncoderPool, by: FoldPlan): Promise<LayerScores> => {
      const encoder = await of.layer(features(0), width, by, { ...options, signal });
      return encoder.score({ data: gaps, units }, { predictions: true });
    };
    const found = await scored(pool, ruled);
    expectSame(found, await scored(own, ruled));
    expect(found.innerErrors[1]).not.toBeCloseTo((await scored(own, plan)).innerErrors[1]!, 9);
  });

  it('stop when the run is cancelled', async () => {
    const cancel = new AbortController();
    const encoder = await pool.layer(features(0), width, plan, { ...options, signal: cancel.signal });
    const scores = encoder.score(responses);
    cancel.abort();
    await expect(scores).rejects.toBeInstanceOf(Cancelled);
    encoder.release();
  });

  it('hand on what went wrong, and refuse a plan before anything starts', async () => {
    const encoder = await pool.layer(features(0), width, plan, { ...options, signal });
    await expect(encoder.score({ data: responses.data.subarray(0, 0), units: -1 })).rejects.toThrow(/length/);
    encoder.release();
    const thin = { ...plan, outer: plan.outer.map((fold) => ({ ...fold, test: fold.test.subarray(0, 1) })) };
    expect(() => pool.layer(features(0), width, thin, { ...options, signal })).toThrow(UserError);
  });

  it('are as many as the memory allows, and none without their bundle, or for layers that gain nothing', async () => {
    const need = encoderPool(1).memory(plan, width, 0) + 120e6;
    expect(processPool({ threads: 8, entry, memory: 3.5 * need }).parallel(plan, width)).toBe(3);
    expect(processPool({ threads: 8, entry }).memory(plan, width, 0)).toBe(8 * need);
    const without = processPool({ threads: 8, entry: `${entry}.missing` });
    expect(without.parallel(plan, width)).toBe(1);
    expectSame(await scoresOf(without, 0), await scoresOf(own, 0));
    await without.dispose();
    for (const many of [100, 4000]) expect(pool.parallel({ ...plan, rows: many }, width)).toBe(1);
  });

  it('fail by name when their process ends, and another takes its place', async () => {
    const fragile = join(folder, 'fragile.mjs');
    await writeFile(
      fragile,
      `import { existsSync, writeFileSync } from 'node:fs';
       const mark = import.meta.filename + '.died';
       if (existsSync(mark)) await import('./encoder.mjs');
       else process.on('message', () => { writeFileSync(mark, ''); process.exit(3); });`,
    );
    const mortal = processPool({ threads: 2, entry: fragile });
    await expect(scoresOf(mortal, 0)).rejects.toThrow('An encoder process ended by itself (code 3).');
    expectSame(await scoresOf(mortal, 1), await scoresOf(own, 1));
    await mortal.dispose();
  });
});
