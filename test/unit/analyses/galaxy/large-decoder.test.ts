import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { CloudFields } from '../../../../src/analyses/galaxy/result';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { runJob } from '../../../../src/engine/job';
import { decodeNpy } from '../../../../src/shared/npy';

interface Line {
  readonly slope: number;
  readonly error: number;
  readonly logVolume: number;
}

/** NumPy, SciPy and scikit-learn on the same decoder (test/golden/galaxy/make_galaxy.py). */
const golden = JSON.parse(readFileSync(join(__dirname, '../../../golden/galaxy/large.json'), 'utf8')) as {
  rows: number;
  width: number;
  corner: number[][];
  eigenvalues: number[];
  ranks1: Line;
  ranks11: Line;
  entropy: number;
  gaussian: number;
  paperCode: { entropy: number };
};
const { rows, width } = golden;

/** The generator's hash (murmur3's finaliser), −0.5 … 0.5. */
function uniform(index: number): number {
  let h = index;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32 - 0.5;
}

it('a decoder of 4,096 × 256 has the spectrum, both slopes with their errors, volumes and entropies of SciPy', async () => {
  const decoder = Float32Array.from({ length: rows * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const centre = uniform(1_500_000_000 + (row % 40) * width + column);
    return (uniform(i) + centre) / (1 + column / 8);
  });
  const ends = [0, width, (rows - 1) * width - 3, rows * width - 3];
  expect(ends.map((at) => Array.from(decoder.subarray(at, at + 3)))).toEqual(golden.corner);

  const folder = mkdtempSync(join(tmpdir(), 'brainlens-galaxy-large-'));
  try {
    const path = join(folder, 'W.npy');
    await writeNpyFile(path, { data: decoder, shape: [rows, width] });
    const request = {
      analysis: 'galaxy',
      spec: { decoder: [path], null: 1, resamples: 0 },
      out: join(folder, 'result'),
      force: false,
      seed: 0,
      threads: 1,
      memory: 4e9,
      executor: 'auto',
      cacheFolder: join(folder, 'cache'),
      workspace: folder,
    } as const;
    await runJob(request, { signal: new AbortController().signal, onProgress: () => undefined });
    const file = JSON.parse(readFileSync(join(request.out, 'result.json'), 'utf8')) as {
      result: { layers: [CloudFields] };
    };
    const [cloud] = file.result.layers;
    const eigenvalues = decodeNpy(readFileSync(join(request.out, 'eigenvalues.npy')), 'eigenvalues.npy').data;
    expect(eigenvalues.length).toBe(width);
    // Rounding of both sides is 1e-15 of the largest, which is 2,700 times the smallest.
    golden.eigenvalues.forEach((value, i) => expect(Math.abs(eigenvalues[i]! / value - 1)).toBeLessThan(1e-11));
    const near = (actual: number, expected: number, tolerance: number): void =>
      expect(Math.abs(actual - expected)).toBeLessThan(tolerance);
    near(cloud.slope, golden.ranks1.slope, 1e-9);
    near(cloud.slopeError, golden.ranks1.error, 1e-9);
    near(cloud.slopePaperCode, golden.ranks11.slope, 1e-9);
    near(cloud.slopePaperCodeError, golden.ranks11.error, 1e-9);
    near(cloud.logVolume, golden.ranks1.logVolume, 1e-8);
    near(cloud.logVolumePaperCode, golden.ranks11.logVolume, 1e-8);
    near(cloud.gaussianEntropy, golden.gaussian, 1e-8);
    // 100 dimensions times the logarithm of distances whose squares are sums of 100 float64 products.
    near(cloud.entropy, golden.entropy, 1e-7);
    near(cloud.entropyPaperCode, golden.paperCode.entropy, 1e-6);
    expect(cloud.clusteringEntropy).toBeCloseTo(
      cloud.gaussianEntropy - cloud.entropy - cloud.null.clusteringEntropy.mean,
      9,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
