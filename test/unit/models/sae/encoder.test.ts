import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readNpyFile } from '../../../../src/data/npy-file';
import { openSae } from '../../../../src/data/sae/open';
import type { FeatureActivations, Sae } from '../../../../src/data/sae/sae';
import { makeSaeEncoder } from '../../../../src/models/sae/encoder';
import { expected, rowsFile, saes } from '../../data/sae/support';

// Both sides compute in float32: sums of 8 to 24 products of size 1 to 10 differ by some 1e-6 with their order.
const TOLERANCE = 1e-5;

const rows = (await readNpyFile(rowsFile)).data as Float32Array;

function dense({ starts, features, values }: FeatureActivations, width: number): Float32Array {
  const out = new Float32Array((starts.length - 1) * width);
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
      out[row * width + features[entry]!] = values[entry]!;
  }
  return out;
}

function expectClose(actual: Float32Array, wanted: readonly number[], tolerance = TOLERANCE): void {
  expect(actual.length).toBe(wanted.length);
  const worst = wanted.reduce(
    (most, value, i) => Math.max(most, Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value))),
    0,
  );
  expect(worst).toBeLessThan(tolerance);
}

it.each(Object.keys(expected))('%s: activations and reconstructions as its own library gives them', async (name) => {
  const sae = await openSae(join(saes, name));
  const encoder = await makeSaeEncoder(sae, 1);
  const found = await encoder.encode(rows);
  expectClose(dense(found, sae.features), expected[name]!.activations);
  expectClose(await encoder.decode(found, rows), expected[name]!.reconstruction);
  for (let row = 0; row + 1 < found.starts.length; row++) {
    const features = found.features.subarray(found.starts[row], found.starts[row + 1]);
    expect([...features]).toEqual([...features].sort((a, b) => a - b));
  }
  expect(found.values.every((value) => value > 0)).toBe(true);
  await encoder.dispose();
});

/** An SAE that copies its input: feature i is coordinate i. */
function identity(width: number, change: Partial<Sae> = {}): Sae {
  const eye = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
  return {
    path: 'identity',
    format: 'saelens',
    features: width,
    width,
    layer: 0,
    encoder: eye,
    encoderBias: new Float32Array(width),
    decoder: eye,
    decoderBias: new Float32Array(width),
    activation: { kind: 'relu' },
    input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: false },
    trainedOn: {},
    files: [],
    ...change,
  };
}

async function encoded(sae: Sae, x: Float32Array): Promise<FeatureActivations> {
  const encoder = await makeSaeEncoder(sae, 1);
  const found = await encoder.encode(x);
  await encoder.dispose();
  return found;
}

it('gives ties among the k largest to the lower feature, and drops what is not above 0', async () => {
  const sae = identity(6, { activation: { kind: 'topk', k: 3 } });
  const found = await encoded(sae, Float32Array.of(1, 2, 2, 2, 2, 1, /**/ -1, -2, 5, 0, -3, -1));
  expect([...found.features]).toEqual([1, 2, 3, 2]);
  expect([...found.starts]).toEqual([0, 3, 4]);
});

it('fires above the threshold, not on it, and never below 0', async () => {
  const sae = identity(4, { activation: { kind: 'jumprelu', threshold: Float32Array.of(0.5, 0.5, -2, -2) } });
  const found = await encoded(sae, Float32Array.of(0.5, 0.75, -1, 0.25));
  expect([...found.features]).toEqual([1, 3]);
});

it('counts what lies so near the value that decides firing that rounding may decide, on both sides', async () => {
  const near = async (activation: Sae['activation'], firesAbove: number, ...x: number[]) => {
    const encoder = await makeSaeEncoder(identity(x.length, { activation }), 1);
    const { nearThreshold } = await encoder.encode(Float32Array.from(x), firesAbove);
    expect(await encoder.encode(Float32Array.from(x))).not.toHaveProperty('nearThreshold');
    await encoder.dispose();
    return nearThreshold;
  };
  const jump = (...threshold: number[]) => ({ kind: 'jumprelu', threshold: Float32Array.from(threshold) }) as const;
  // The SAE's own threshold decides where it is larger.
  expect(await near(jump(5, 5, 5, 5), 1, 5, 5.0000005, 4.99999, 1)).toBe(3);
  expect(await near(jump(5, 5), 1, 4.9998, 5.0002)).toBe(0);
  expect(await near(jump(0.5, 0.5, -2, -2), 1, 1, 0.5, 0.999995, -2)).toBe(2);
  // Exactly 0 comes from a row of zeros.
  expect(await near({ kind: 'relu' }, 0, 1e-7, -1e-7, 0, 1e-3, -1e-3)).toBe(2);
  expect(await near({ kind: 'relu' }, 1, 1.000005, 0.999995, 1.00002, 1e-7)).toBe(2);
  expect(await near({ kind: 'topk', k: 2 }, 1, 3, 1, 0.999999)).toBe(1);
  expect(await near({ kind: 'topk', k: 2 }, 0, 3, -1e-7, -1)).toBe(1);
});

it('gives the same for rows in several batches as for each alone, and an empty result for no rows', async () => {
  const width = 64;
  const count = 4100;
  const x = Float32Array.from({ length: width * count }, (_, i) => Math.sin(i * i));
  for (const activation of [{ kind: 'relu' }, { kind: 'topk', k: 5 }] as const) {
    const sae = identity(width, { activation });
    const whole = await encoded(sae, x);
    const tail = await encoded(sae, x.subarray(4097 * width));
    const from = whole.starts[4097]!;
    expect([...whole.features.subarray(from)]).toEqual([...tail.features]);
    expect([...whole.values.subarray(from)]).toEqual([...tail.values]);
    expect([...(await encoded(sae, new Float32Array(0))).starts]).toEqual([0]);
  }
});

it('reconstructs alike from dense and from sparse activations', async () => {
  const width = 256;
  const sae = identity(width, { decoderBias: Float32Array.from({ length: width }, (_, i) => i) });
  const encoder = await makeSaeEncoder(sae, 1);
  const x = new Float32Array(2 * width).fill(0.5);
  const one: FeatureActivations = {
    starts: Int32Array.of(0, 1, 2),
    features: Int32Array.of(3, 7),
    values: Float32Array.of(2, 4),
  };
  const sparse = await encoder.decode(one, x);
  expect([sparse[3], sparse[4], sparse[width + 7]]).toEqual([5, 4, 11]);
  const all = await encoder.decode(await encoder.encode(x), x);
  expect([all[0], all[255], all[width + 10]]).toEqual([0.5, 255.5, 10.5]);
  await encoder.dispose();
});

it('sums several decoder rows where few features fire', async () => {
  const width = 256;
  const decoder = Float32Array.from({ length: width * width }, (_, i) => Math.sin(i * 0.37));
  const sae = identity(width, { decoder, decoderBias: decoder.slice(0, width), activation: { kind: 'topk', k: 3 } });
  const encoder = await makeSaeEncoder(sae, 1);
  const x = new Float32Array(width);
  const firing = new Map([
    [9, 1.5],
    [4, 2.5],
    [200, 0.25],
  ]);
  for (const [feature, value] of firing) x[feature] = value;
  const y = await encoder.decode(await encoder.encode(x), x);
  const wanted = Array.from({ length: width }, (_, i) =>
    [...firing].reduce((sum, [feature, value]) => sum + value * decoder[feature * width + i]!, decoder[i]!),
  );
  expectClose(y, wanted, 1e-6);
  await encoder.dispose();
});

it('refuses rows that are not finite, and a norm of 0 where rows are divided by it', async () => {
  await expect(encoded(identity(2), Float32Array.of(1, NaN))).rejects.toThrow('NaN or infinite');
  const sae = identity(2, {
    input: { centre: false, normalise: { kind: 'constant-norm' }, subtractDecoderBias: false },
  });
  await expect(encoded(sae, Float32Array.of(1, 1, 0, 0))).rejects.toThrow('norm 0');
  await expect(encoded(identity(2), new Float32Array(3))).rejects.toThrow(RangeError);
});
