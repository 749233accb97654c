// 16,384 features × 200,000 blocks, generated as they are counted: seconds, user CPU seconds and peak memory of each step.
import { affinityMatrix } from '../../src/math/clustering/affinities';
import type { Affinity } from '../../src/math/clustering/affinities';
import { angularMatrix } from '../../src/math/clustering/angular';
import { spectralClusters } from '../../src/math/clustering/spectral';
import type { SymmetricMatrix } from '../../src/math/clustering/symmetric';
import type { FiringPart } from '../../src/math/cooccurrence/cooccurrence';
import { countCooccurrence } from '../../src/math/cooccurrence/count';
import { Gemm } from '../../src/math/gemm';
import { Random } from '../../src/math/random';
import { Firing } from './scale-firing';

const [features, blocks, threads, memory] = process.argv.slice(2, 6).map(Number) as [number, number, number, number];
const matrices = process.argv.slice(6);
const signal = new AbortController().signal;
const firing = new Firing(features, blocks, 7);
const gemm = new Gemm(threads);

const { result: counts } = await timed('co-occurrence', () =>
  countCooccurrence(parts(firing), { features, blocks, threads, memory: 2 ** 32, signal }),
);
report({ generator: firing.seconds, firingPerBlock: firing.fired / blocks });
const kept = Int32Array.from({ length: features }, (_, i) => i);
for (const name of matrices) {
  const matrix = name.startsWith('angular:')
    ? angular(Number(name.slice(8)))
    : affinityMatrix(counts, kept, name as Affinity);
  const { result } = await timed(`clustering by ${name}`, () =>
    spectralClusters(matrix, [3, 4, 5, 6, 7, 8, 9, 10], { gemm, random: new Random(1), signal, memory }),
  );
  report({ eigenvalues: [...result.eigenvalues].map((value) => value.toFixed(6)), residual: result.residual });
}
await gemm.dispose();

function angular(width: number): SymmetricMatrix {
  const random = new Random(3);
  const decoder = Float32Array.from({ length: features * width }, (_, e) => {
    const lobe = firing.lobeOf(Math.floor(e / width));
    return random.uniform() - 0.5 + (e % 8 === lobe ? 0.25 : 0);
  });
  return angularMatrix(decoder, width, kept, gemm);
}

async function* parts(source: Firing): AsyncGenerator<FiringPart> {
  for (let first = 0; first < blocks; first += 512) {
    yield await Promise.resolve(source.part(first, Math.min(512, blocks - first)));
  }
}

async function timed<Result>(what: string, start: () => AsyncGenerator<unknown, Result>): Promise<{ result: Result }> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const run = start();
  let longest = 0;
  for (let last = began; ;) {
    const step = await run.next();
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (step.done !== true) continue;
    const { user, system } = process.cpuUsage(cpu);
    report({
      what,
      seconds: (performance.now() - began) / 1000,
      cpuSeconds: (user + system) / 1e6,
      longestSilence: longest / 1000,
      peakGB: process.resourceUsage().maxRSS / 1e6,
    });
    return { result: step.value };
  }
}

function report(numbers: object): void {
  process.stdout.write(
    `${JSON.stringify(numbers, (_, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value))}\n`,
  );
}
