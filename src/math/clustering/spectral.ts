import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { largestEigenpairs } from './eigensolver';
import type { Eigenpairs } from './eigensolver';
import { kMeans } from './kmeans';
import { normalizedAffinity } from './laplacian';
import type { NormalizedAffinity } from './laplacian';
import type { SymmetricMatrix } from './symmetric';

export interface SpectralOptions {
  readonly gemm: Gemm;
  readonly random: Random;
  /** Restarts of k-means. */
  readonly restarts?: number;
  readonly signal: AbortSignal;
  /** Bytes in which the matrix may be held as float32; above, its rows are made again for every product. */
  readonly memory?: number;
  /** Largest residual of an eigenpair; the eigenvalues' errors are of its square over the gap. */
  readonly tolerance?: number;
}

export interface SpectralClusters {
  /** f64 [largest number]: of the symmetric normalised Laplacian, ascending. */
  readonly eigenvalues: Float64Array;
  /** For each number of clusters in the order asked for: i32 [size], 0…number − 1. */
  readonly labels: readonly Int32Array[];
  /** f64 [size, largest number]: eigenvectors divided by √degree, the entry of largest size in each column positive. */
  readonly embedding: Float64Array;
  /** Features without any neighbour. */
  readonly isolated: number;
  /** Largest residual ‖Lv − λv‖ that was reached. */
  readonly residual: number;
}

/** Float32 products end near 10⁻⁷; lobes are apart by 10⁻³ and more where there are any. */
const TOLERANCE = 1e-6;
const MEMORY = 2 ** 31;

/**
 * Spectral clustering as scikit-learn's `SpectralClustering(affinity="precomputed", assign_labels="kmeans")`: the diagonal
 * zeroed, symmetric normalised Laplacian, k smallest eigenvectors divided by √degree, rows not renormalised, k-means++ with
 * ten restarts. One eigenproblem for the largest number; each smaller one takes its first columns.
 * @throws UserError where a number exceeds the features or is below 1, or an affinity is no number; Cancelled
 */
export async function* spectralClusters(
  matrix: SymmetricMatrix,
  numbers: readonly number[],
  options: SpectralOptions,
): AsyncGenerator<Progress, SpectralClusters> {
  const largest = checkedLargest(numbers, matrix.size);
  const { signal, gemm, random } = options;
  const graph = yield* reported(
    normalizedAffinity(matrix, { gemm, memory: options.memory ?? MEMORY }),
    signal,
    (share) => progressOf('Affinities', Math.floor(share * matrix.size), matrix.size, 'features'),
  );
  const solver = largestEigenpairs(graph, largest, {
    gemm,
    random: random.fork('eigenvectors'),
    guess: graph.rootDegrees,
    tolerance: options.tolerance ?? TOLERANCE,
  });
  const pairs = yield* reported(solver, signal, ({ found }) =>
    progressOf('Eigenvectors', found, largest, 'eigenvectors'),
  );
  const embedding = embed(pairs, graph);
  const labels: Int32Array[] = [];
  const { restarts = 10 } = options;
  for (const number of numbers) {
    const columns = firstColumns(embedding, largest, number);
    const run = kMeans(columns, number, number, { gemm, random: random.fork(`k-means/${number}`), restarts });
    const { labels: found } = yield* reported(run, signal, (restart) =>
      progressOf(`Lobes, k = ${number}`, restart, restarts, 'restarts'),
    );
    labels.push(found);
  }
  return {
    eigenvalues: pairs.values.map((value) => Math.max(0, 1 - value)),
    labels,
    embedding,
    isolated: graph.isolated,
    residual: Math.max(...pairs.residuals),
  };
}

function progressOf(phase: string, done: number, total: number, unit: string): Progress {
  return { phase, done, total, unit };
}

/** Passes a run's steps on as progress; cancels between them. */
async function* reported<Step, Result>(
  run: AsyncGenerator<Step, Result>,
  signal: AbortSignal,
  describe: (step: Step) => Progress,
): AsyncGenerator<Progress, Result> {
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const step = await run.next();
    if (step.done === true) return step.value;
    yield describe(step.value);
  }
}

function checkedLargest(numbers: readonly number[], size: number): number {
  for (const number of numbers) {
    if (!Number.isInteger(number) || number < 1) {
      throw new UserError(`${number} lobes: not a whole number above 0`, 'Ask for 2 lobes or more.');
    }
    if (number > size) {
      throw new UserError(
        `${number} lobes of ${size} ${size === 1 ? 'feature' : 'features'}`,
        size === 0 ? 'No feature is left to cluster: lower the threshold.' : `Ask for at most ${size}.`,
      );
    }
  }
  if (numbers.length === 0) throw new RangeError('no number of clusters');
  return Math.max(...numbers);
}

/** f64 [size, count] from eigenvectors in rows. */
function embed({ vectors, values }: Eigenpairs, { rootDegrees, size }: NormalizedAffinity): Float64Array {
  const count = values.length;
  const embedding = new Float64Array(size * count);
  for (let v = 0; v < count; v++) {
    let extreme = 0;
    for (let i = 0; i < size; i++) {
      const value = vectors[v * size + i]! / rootDegrees[i]!;
      embedding[i * count + v] = value;
      if (Math.abs(value) > Math.abs(extreme)) extreme = value;
    }
    if (extreme < 0) for (let i = 0; i < size; i++) embedding[i * count + v]! *= -1;
  }
  return embedding;
}

function firstColumns(matrix: Float64Array, width: number, columns: number): Float64Array {
  const rows = matrix.length / width;
  const out = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) out.set(matrix.subarray(r * width, r * width + columns), r * columns);
  return out;
}
