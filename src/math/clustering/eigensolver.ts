import { symmetricEigen } from '../eigen';
import type { Gemm } from '../gemm';
import type { Random } from '../random';
import type { SymmetricOperator } from './laplacian';

export interface Eigenpairs {
  /** f64 [count], descending. */
  readonly values: Float64Array;
  /** f64 [count, size], orthonormal rows. */
  readonly vectors: Float64Array;
  /** ‖Mv − θv‖ of each. */
  readonly residuals: Float64Array;
  /** Vectors that the operator was applied to. */
  readonly products: number;
}

export interface EigenOptions {
  readonly gemm: Gemm;
  readonly random: Random;
  /** A vector near the first eigenvector, f64 [size]. */
  readonly guess?: Float64Array | undefined;
  /** Largest residual of a pair that is found; the operator's norm is at most 1. */
  readonly tolerance: number;
}

/** Pairs found so far and the largest residual among those that are sought. */
export interface EigenStep {
  readonly found: number;
  readonly residual: number;
}

/** Applications of the operator to a block after which the pairs are returned as they are. */
const MAX_BLOCKS = 600;

/**
 * The `count` largest eigenvalues of a symmetric operator and their vectors, by block Lanczos with full orthogonalisation and
 * thick restarts (Wu & Simon 2000), every step a float64 product. The block exceeds `count`, so that repeated eigenvalues are
 * found as often as they occur. Small operators are written out and solved densely. Yields after every part of a product.
 */
export async function* largestEigenpairs(
  operator: SymmetricOperator,
  count: number,
  options: EigenOptions,
): AsyncGenerator<EigenStep, Eigenpairs> {
  const { size } = operator;
  const block = Math.min(Math.max(16, Math.ceil(1.5 * count)), Math.max(64, count + 8));
  const capacity = Math.max(6 * block, 2 * count + 2 * block);
  if (size <= 2 * capacity) return yield* denseEigenpairs(operator, count);

  const space = new Subspace(operator, capacity, options.gemm);
  let next = await space.orthonormal(startBlock(size, block, options), block);
  let step: EigenStep = { found: 0, residual: Infinity };
  for (let blocks = 1; ; blocks++) {
    const reached = step;
    yield* mapped(space.extend(next), () => reached);
    next = await space.orthonormal(space.lastImages(), space.last);
    const room = space.dimension + next.length / size <= capacity;
    const exhausted = next.length === 0;
    if (room && !exhausted && blocks < MAX_BLOCKS) continue;
    const ritz = await space.ritz();
    const residuals = await space.residuals(ritz, count);
    const found = residuals.findIndex((residual) => residual > options.tolerance);
    step = { found: found < 0 ? count : found, residual: Math.max(...residuals) };
    yield step;
    if (found < 0 || exhausted || blocks >= MAX_BLOCKS) {
      const vectors = await space.combine(ritz.vectors.subarray(0, count * space.dimension), count);
      return { values: ritz.values.slice(0, count), vectors, residuals, products: space.products };
    }
    await space.restart(ritz.vectors, Math.min(capacity - 3 * block, count + block));
  }
}

async function* denseEigenpairs(operator: SymmetricOperator, count: number): AsyncGenerator<EigenStep, Eigenpairs> {
  const n = operator.size;
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  const images = yield* mapped(operator.apply(identity, n), () => ({ found: 0, residual: Infinity }));
  const matrix = symmetrized(images, n);
  const { values, vectors } = symmetricEigen(matrix, n);
  return {
    values: values.slice(0, count),
    vectors: vectors.slice(0, count * n),
    residuals: new Float64Array(count),
    products: n,
  };
}

async function* mapped<In, Out, Result>(
  run: AsyncGenerator<In, Result>,
  map: (value: In) => Out,
): AsyncGenerator<Out, Result> {
  for (;;) {
    const step = await run.next();
    if (step.done === true) return step.value;
    yield map(step.value);
  }
}

function startBlock(size: number, block: number, { random, guess }: EigenOptions): Float64Array {
  const start = Float64Array.from({ length: size * block }, () => random.uniform() - 0.5);
  if (guess !== undefined) start.set(guess);
  return start;
}

/** An orthonormal basis V, f64 [dimension, size], and the images of its vectors, W. */
class Subspace {
  dimension = 0;
  /** Vectors of the block that was added last. */
  last = 0;
  products = 0;
  private readonly basis: Float64Array;
  private readonly images: Float64Array;

  constructor(
    private readonly operator: SymmetricOperator,
    capacity: number,
    private readonly gemm: Gemm,
  ) {
    this.basis = new Float64Array(capacity * operator.size);
    this.images = new Float64Array(capacity * operator.size);
  }

  /** Appends orthonormal vectors and computes their images. */
  async *extend(vectors: Float64Array): AsyncGenerator<number, void> {
    const { size } = this.operator;
    const images = yield* this.operator.apply(vectors, vectors.length / size);
    this.basis.set(vectors, this.dimension * size);
    this.images.set(images, this.dimension * size);
    this.last = vectors.length / size;
    this.dimension += this.last;
    this.products += this.last;
  }

  lastImages(): Float64Array {
    const { size } = this.operator;
    return this.images.slice((this.dimension - this.last) * size, this.dimension * size);
  }

  /**
   * Directions of some vectors that the basis does not hold yet, orthonormal: projected and orthonormalised twice, which is
   * enough for full float64 orthogonality. Fewer come back where the vectors depend on each other.
   */
  async orthonormal(vectors: Float64Array, count: number): Promise<Float64Array> {
    let rows = vectors;
    let left = count;
    for (let pass = 0; pass < 2 && left > 0; pass++) {
      if (this.dimension > 0) rows = await this.project(rows, left);
      rows = await this.orthonormalize(rows, left);
      left = rows.length / this.operator.size;
    }
    return rows;
  }

  /** Eigenpairs of VᵀMV: values descending, f64 [dimension, dimension] coordinates in rows. */
  async ritz(): Promise<{ values: Float64Array; vectors: Float64Array }> {
    const v = this.rowsOf(this.basis);
    const { data } = await this.gemm.multiply(v, this.rowsOf(this.images), { transposeB: true });
    return symmetricEigen(symmetrized(data, this.dimension), this.dimension);
  }

  /** ‖Mx − θx‖ of the first `count` Ritz pairs. */
  async residuals(ritz: { values: Float64Array; vectors: Float64Array }, count: number): Promise<Float64Array> {
    const { size } = this.operator;
    const coordinates = ritz.vectors.subarray(0, count * this.dimension);
    const x = await this.combine(coordinates, count);
    const mx = await this.combine(coordinates, count, this.images);
    return Float64Array.from({ length: count }, (_, v) => {
      let squares = 0;
      for (let e = v * size; e < (v + 1) * size; e++) squares += (mx[e]! - ritz.values[v]! * x[e]!) ** 2;
      return Math.sqrt(squares);
    });
  }

  /** Vectors of the space with these coordinates, f64 [count, dimension] → [count, size]; `of` may be the images. */
  async combine(coordinates: Float64Array, count: number, of = this.basis): Promise<Float64Array> {
    const { data } = await this.gemm.multiply({ data: coordinates, dims: [count, this.dimension] }, this.rowsOf(of));
    return data;
  }

  /** Keeps the first `count` Ritz vectors as the basis. */
  async restart(coordinates: Float64Array, count: number): Promise<void> {
    const kept = coordinates.subarray(0, count * this.dimension);
    const basis = await this.combine(kept, count);
    const images = await this.combine(kept, count, this.images);
    this.basis.set(basis);
    this.images.set(images);
    this.dimension = count;
  }

  private rowsOf(data: Float64Array): { data: Float64Array; dims: readonly number[] } {
    const { size } = this.operator;
    return { data: data.subarray(0, this.dimension * size), dims: [this.dimension, size] };
  }

  private async project(vectors: Float64Array, count: number): Promise<Float64Array> {
    const { size } = this.operator;
    const v = this.rowsOf(this.basis);
    const coordinates = await this.gemm.multiply({ data: vectors, dims: [count, size] }, v, { transposeB: true });
    const inside = await this.gemm.multiply(coordinates, v);
    return vectors.map((value, e) => value - inside.data[e]!);
  }

  /** By the eigenvectors of the Gram matrix (SVQB, Stathopoulos & Wu 2002); dependent directions are dropped. */
  private async orthonormalize(vectors: Float64Array, count: number): Promise<Float64Array> {
    const { size } = this.operator;
    const rows = { data: vectors, dims: [count, size] };
    const { data: gram } = await this.gemm.multiply(rows, rows, { transposeB: true });
    const scale = Float64Array.from({ length: count }, (_, i) => {
      const squares = gram[i * count + i]!;
      return squares > 0 ? 1 / Math.sqrt(squares) : 0;
    });
    const scaled = gram.map((value, e) => value * scale[Math.floor(e / count)]! * scale[e % count]!);
    const { values, vectors: axes } = symmetricEigen(symmetrized(scaled, count), count);
    const independent = values.filter((value) => value > INDEPENDENT * values[0]!).length;
    if (independent === 0 || !(values[0]! > 0)) return new Float64Array(0);
    const transform = new Float64Array(independent * count);
    for (let r = 0; r < independent; r++) {
      for (let c = 0; c < count; c++)
        transform[r * count + c] = (axes[r * count + c]! * scale[c]!) / Math.sqrt(values[r]!);
    }
    const { data } = await this.gemm.multiply({ data: transform, dims: [independent, count] }, rows);
    return data;
  }
}

/** Share of the largest Gram eigenvalue below which a direction is rounding of the others. */
const INDEPENDENT = 1e-13;

function symmetrized(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * n + j] = (a[i * n + j]! + a[j * n + i]!) / 2;
  }
  return out;
}
