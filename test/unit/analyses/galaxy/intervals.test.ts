import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fewestInHalf, groupsOf, halfCovariance, wholeCovariance } from '../../../../src/analyses/galaxy/groups';
import { halfWidths } from '../../../../src/analyses/galaxy/halves';
import { writeNpyFile } from '../../../../src/data/npy-file';
import { runJob } from '../../../../src/engine/job';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { symmetricEigenvalues } from '../../../../src/math/spectrum/eigenvalues';
import { project } from '../../../../src/math/spectrum/projection';
import { readResult } from '../../../../src/engine/store';

const gemm = new Gemm(1);
const folder = mkdtempSync(join(tmpdir(), 'brainlens-intervals-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return gemm.dispose();
});

function cloud(count: number, width: number): Float32Array {
  const random = new Random(3, 'cloud');
  return Float32Array.from({ length: count * width }, (_, i) => random.normal() / (1 + (i % width)));
}

// The t of 95 % from printed tables: of 2 halves 1 degree of freedom, of 12 the 7 of the eight groups.
it.each([
  [2, 12.7062],
  [12, 2.36462],
])('intervals of %i halves are their spread (ddof 1) times %f', async (resamples, t) => {
  const [count, width] = [160, 4];
  const rows = cloud(count, width);
  const groups = await groupsOf(gemm, rows, width, new Random(1));
  const whole = wholeCovariance(groups);
  const eigenvalues = await symmetricEigenvalues(gemm, whole.matrix, width);
  const projection = await project(gemm, rows, { ...whole, eigenvalues }, width, new Random(2));
  const request = { groups, projection, resamples, k: 1, gemm, random: new Random(5), signal: AbortSignal.any([]) };
  const steps = halfWidths(request);
  let step = await steps.next();
  while (step.done !== true) step = await steps.next();

  const volumes: number[] = [];
  for (let draw = 0; draw < resamples; draw += 1) {
    const half = halfCovariance(groups, new Random(5).fork(`half/${draw}`));
    const values = await symmetricEigenvalues(gemm, half, width);
    volumes.push(values.reduce((sum, value) => sum + Math.log(value), 0));
  }
  const mean = volumes.reduce((sum, value) => sum + value, 0) / resamples;
  const sd = Math.sqrt(volumes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (resamples - 1));
  // The tables have six digits.
  expect(step.value.logVolume / (t * sd)).toBeCloseTo(1, 5);
});

it.each([58, 61, 64])('the smallest half of %i points is that of the four smallest groups', async (count) => {
  const { parts } = await groupsOf(gemm, cloud(count, 3), 3, new Random(1));
  const sizes = parts.map((part) => part.count).sort((a, b) => a - b);
  expect(fewestInHalf(count)).toBe(sizes.slice(0, 4).reduce((sum, size) => sum + size, 0));
});

it('halves of too few points for all eigenvalues give slope and volume no interval, and that is said', async () => {
  const path = join(folder, 'few.npy');
  await writeNpyFile(path, { data: cloud(60, 40), shape: [60, 40] });
  const out = join(folder, 'result');
  const { warnings } = await runJob(
    {
      ...{
        analysis: 'galaxy',
        spec: { decoder: [path], null: 1, resamples: 2 },
        out,
        force: true,
        seed: 1,
        threads: 1,
      },
      ...{ memory: 4e9, executor: 'auto', cacheFolder: join(folder, 'cache'), workspace: folder },
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
  expect(warnings.join('\n')).toMatch(/half of 60 points have fewer than the 40 eigenvalues of slope and volume/);
  const { result } = await readResult(out);
  expect(result).toMatchObject({
    layers: [{ intervals: { slope: [null, null], logVolume: [null, null], clusteringEntropy: [null, null] } }],
  });
});
