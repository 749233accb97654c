import { symmetricEigen } from '../eigen';
import type { Dense, Gemm } from '../gemm';
import { choleskyInPlace, solveLower, solveUpper } from '../cholesky';

/** Rows standardised at once for the products. */
const ROWS = 2048;
/** Directions whose share of between-group scatter is below this part of the first's are rounding (scikit-learn's `tol`). */
const TOLERANCE = 1e-4;
/** Directions along which rows of one group do not differ at all: nothing can be divided by. */
const NO_WITHIN = 1e-12;

/** `plain` is scikit-learn's `svd` solver; `shrinkage` draws the scatter towards the identity. */
export type ScatterKind = 'plain' | 'shrinkage';

/** Discriminant directions. */
export interface Discriminants {
  /** f64 [count, width]: a row projects onto them without its mean taken off. */
  readonly directions: Float64Array;
  readonly count: number;
  /** Of every direction its between-group over its within-group scatter. */
  readonly ratios: Float64Array;
}

/**
 * The total scatter of some rows, factorised once for the discriminants of any labelling: within- and between-group
 * scatter add up to it, so that its Cholesky factor turns every labelling into an eigenproblem as small as the number of
 * groups. Columns are standardised first; constant ones get weight 0.
 *
 * Plain: the directions of scikit-learn's `LinearDiscriminantAnalysis(solver="svd")` (`scalings_`), up to sign, wherever
 * rows span their columns. Shrinkage: within-group scatter (1 − γ)·W + γ·I of the standardised columns, γ by Ledoit &
 * Wolf (2004) on all rows.
 */
export class Scatter {
  private constructor(
    private readonly rows: Float64Array,
    private readonly which: Int32Array,
    private readonly means: Float64Array,
    private readonly scales: Float64Array,
    private readonly factor: Float64Array,
    readonly kind: ScatterKind,
    /** γ; 0 where the scatter is plain. */
    readonly shrinkage: number,
  ) {}

  /**
   * @param rows f64 [n, width]
   * @param which those that count, at least two
   * @param wanted `plain` becomes `shrinkage` where there are no more rows than columns and groups, or some columns are
   *   combinations of others
   */
  static async of(
    gemm: Gemm,
    rows: Float64Array,
    width: number,
    which: Int32Array,
    groups: number,
    wanted: ScatterKind,
  ): Promise<Scatter> {
    const { means, scales } = moments(rows, width, which);
    const { correlation, fourth } = await correlationOf(gemm, rows, which, means, scales);
    const used = scales.filter((scale) => scale > 0).length;
    if (wanted === 'plain' && which.length - groups >= used) {
      const factor = shrunk(correlation, width, 0);
      if (choleskyInPlace(factor, width)) return new Scatter(rows, which, means, scales, factor, 'plain', 0);
    }
    const gamma = ledoitWolf(correlation, fourth, which.length, used);
    const factor = shrunk(correlation, width, gamma);
    if (!choleskyInPlace(factor, width)) throw new Error(`shrinkage by ${gamma} left a singular scatter`);
    return new Scatter(rows, which, means, scales, factor, 'shrinkage', gamma);
  }

  /**
   * Discriminant directions of a labelling, those that separate the groups most first.
   * @param labels group of every row (of all rows, not only those that count); negative: in none, which must not count
   * @param most directions at most; there are fewer where fewer separate the groups
   */
  discriminants(labels: Int32Array, groups: number, most: number): Discriminants {
    const width = this.means.length;
    const centres = this.standardisedCentres(labels, groups);
    const kept = centres.length;
    for (const centre of centres) solveLower(this.factor, width, centre);
    const gram = new Float64Array(kept * kept);
    for (let i = 0; i < kept; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const product = dot(centres[i]!, centres[j]!);
        gram[i * kept + j] = product;
        gram[j * kept + i] = product;
      }
    }
    const { values, vectors } = symmetricEigen(gram, kept);
    const within = values.map((value) => 1 - (1 - this.shrinkage) * value);
    const ratios = values.map((value, i) => (within[i]! > NO_WITHIN ? value / within[i]! : NaN));
    const first = ratios.find((ratio) => !Number.isNaN(ratio)) ?? NaN;
    const chosen = Array.from(ratios.keys())
      .filter((i) => Math.sqrt(ratios[i]!) > TOLERANCE * Math.sqrt(first))
      .slice(0, Math.min(most, kept - 1));
    const freedom = Math.sqrt((this.which.length - kept) / this.which.length);
    const directions = new Float64Array(chosen.length * width);
    chosen.forEach((i, row) => {
      const direction = directions.subarray(row * width, (row + 1) * width);
      centres.forEach((centre, c) => {
        const weight = vectors[i * kept + c]!;
        for (let k = 0; k < width; k += 1) direction[k]! += weight * centre[k]!;
      });
      solveUpper(this.factor, width, direction);
      const scale = freedom / Math.sqrt(values[i]! * within[i]!);
      for (let k = 0; k < width; k += 1) direction[k]! *= this.scales[k] === 0 ? 0 : scale / this.scales[k]!;
    });
    return { directions, count: chosen.length, ratios: Float64Array.from(chosen, (i) => ratios[i]!) };
  }

  /** √(share) × standardised mean of every group that has rows. */
  private standardisedCentres(labels: Int32Array, groups: number): Float64Array[] {
    const width = this.means.length;
    const sums = new Float64Array(groups * width);
    const sizes = new Float64Array(groups);
    for (const row of this.which) {
      const label = labels[row]!;
      sizes[label]! += 1;
      for (let k = 0, from = row * width, to = label * width; k < width; k += 1) {
        sums[to + k]! += this.rows[from + k]!;
      }
    }
    return Array.from(sizes.keys())
      .filter((group) => sizes[group]! > 0)
      .map((group) => {
        const share = Math.sqrt(sizes[group]! / this.which.length);
        return Float64Array.from({ length: width }, (_, k) => {
          const scale = this.scales[k]!;
          return scale === 0 ? 0 : (share * (sums[group * width + k]! / sizes[group]! - this.means[k]!)) / scale;
        });
      });
  }
}

/** Rows on the directions: f64 [n, count]. */
export async function project(
  gemm: Gemm,
  rows: Float64Array,
  width: number,
  { directions, count }: Discriminants,
): Promise<Float64Array> {
  const n = rows.length / width;
  if (n === 0 || count === 0) return new Float64Array(0);
  const left = { data: rows, dims: [n, width] };
  return (await gemm.multiply(left, { data: directions, dims: [count, width] }, { transposeB: true })).data;
}

/** Means and standard deviations (ddof 0) of the columns; 0 where a column is constant. */
function moments(
  rows: Float64Array,
  width: number,
  which: Int32Array,
): { readonly means: Float64Array; readonly scales: Float64Array } {
  const means = new Float64Array(width);
  for (const row of which) for (let k = 0; k < width; k += 1) means[k]! += rows[row * width + k]! / which.length;
  const variances = new Float64Array(width);
  for (const row of which) {
    for (let k = 0; k < width; k += 1) variances[k]! += (rows[row * width + k]! - means[k]!) ** 2 / which.length;
  }
  // What rounding leaves of a constant column is no spread.
  const scales = variances.map((variance, k) => (variance <= (1e-14 * means[k]!) ** 2 ? 0 : Math.sqrt(variance)));
  return { means, scales };
}

/** Correlations of the columns, and Σ over rows of ‖z‖⁴ of the standardised rows. */
async function correlationOf(
  gemm: Gemm,
  rows: Float64Array,
  which: Int32Array,
  means: Float64Array,
  scales: Float64Array,
): Promise<{ readonly correlation: Float64Array; readonly fourth: number }> {
  const width = means.length;
  const correlation = new Float64Array(width * width);
  let fourth = 0;
  for (let from = 0; from < which.length; from += ROWS) {
    const some = which.subarray(from, from + ROWS);
    const data = new Float64Array(some.length * width);
    some.forEach((row, i) => {
      let square = 0;
      for (let k = 0; k < width; k += 1) {
        const z = scales[k] === 0 ? 0 : (rows[row * width + k]! - means[k]!) / scales[k]!;
        data[i * width + k] = z;
        square += z * z;
      }
      fourth += square * square;
    });
    const block: Dense = { data, dims: [some.length, width] };
    const product = (await gemm.multiply(block, block, { transposeA: true })).data;
    for (let i = 0; i < correlation.length; i += 1) correlation[i]! += product[i]! / which.length;
  }
  return { correlation, fourth };
}

/** (1 − γ)·R + γ·I with ones where a column is constant; the diagonal is 1 throughout. */
function shrunk(correlation: Float64Array, width: number, gamma: number): Float64Array {
  const matrix = correlation.map((value) => (1 - gamma) * value);
  for (let k = 0; k < width; k += 1) matrix[k * width + k] = 1;
  return matrix;
}

/**
 * Shrinkage intensity of Ledoit & Wolf (2004) for standardised rows, as scikit-learn's `ledoit_wolf_shrinkage`.
 * @param fourth Σ over rows of ‖z‖⁴
 * @param columns those that are not constant
 */
function ledoitWolf(correlation: Float64Array, fourth: number, rows: number, columns: number): number {
  const squares = correlation.reduce((sum, value) => sum + value * value, 0);
  const spread = (fourth / rows - squares) / (columns * rows);
  // The mean of the eigenvalues is 1.
  const distance = (squares - columns) / columns;
  const least = Math.min(spread, distance);
  return least === 0 ? 0 : least / distance;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += a[k]! * b[k]!;
  return sum;
}
