import type { Dense, Gemm, Kernel } from '../gemm';

/** A symmetric block-tridiagonal matrix T of `blocks` × `size` rows; the blocks below the diagonal are upper triangular. */
export interface BandMatrix {
  readonly blocks: number;
  readonly size: number;
  /** f64 [blocks, size, size] */
  readonly diagonal: Float64Array;
  /** T's block (k + 1, k), f64 [blocks − 1, size, size] */
  readonly below: Float64Array;
}

export interface Reduction {
  readonly band: BandMatrix;
  /** QᵀX, f64 [blocks · size, columns] */
  readonly rotated: Float64Array;
}

/**
 * One panel's two-sided update A ← QᵀAQ with Q = I − V·T·Vᵀ: P = A·V·T, S = TᵀVᵀP, W = P − V·S/2,
 * A ← A − V·Wᵀ − W·Vᵀ; and X ← QᵀX. The first `size` rows (and columns) are finished and cut off.
 */
const step = (size: number): Kernel => ({
  name: `band-step ${size}`,
  element: 'float64',
  build(graph) {
    const [whole, others, vt, t] = [
      graph.input('a', 2),
      graph.input('x', 2),
      graph.input('vt', 2),
      graph.input('t', 2),
    ];
    const half = graph.input('half', 0);
    const a = graph.node('Slice', [whole, graph.constant(size, size), graph.constant(BIG, BIG)]);
    const v = graph.transpose(vt, 2);
    const p = graph.node('MatMul', [graph.node('MatMul', [a, v]), t]);
    const s = graph.node('Gemm', [t, graph.node('MatMul', [vt, p])], { transA: 1 });
    const w = graph.node('Sub', [p, graph.node('Mul', [half, graph.node('MatMul', [v, s])])]);
    const left = graph.node('Concat', [v, w], { axis: 1 });
    const right = graph.node('Concat', [w, v], { axis: 1 });
    graph.output('a2', graph.node('Gemm', [left, right, a], { alpha: { float: -1 }, transB: 1 }), 2);
    const x = graph.slice(others, 0, size);
    const y = graph.node('Gemm', [t, graph.node('MatMul', [vt, x])], { transA: 1 });
    graph.output('x2', graph.node('Gemm', [v, y, x], { alpha: { float: -1 } }), 2);
  },
});

const BIG = Number.MAX_SAFE_INTEGER;

/**
 * A = Q·T·Qᵀ by blocked Householder reflections that live in matrix products (Dongarra, Sorensen & Hammarling 1989, to a
 * band in place of a tridiagonal matrix: Bischof, Lang & Sun 2000).
 * @param a symmetric, f64 [order, order], order a multiple of `size`
 * @param x f64 [order, columns], to be rotated along
 */
export async function reduceToBand(gemm: Gemm, a: Dense, x: Dense, size: number): Promise<Reduction> {
  const order = a.dims[0]!;
  const columns = x.dims[1]!;
  const blocks = order / size;
  const diagonal = new Float64Array(blocks * size * size);
  const below = new Float64Array((blocks - 1) * size * size);
  const rotated = new Float64Array(order * columns);
  const half = { data: Float64Array.of(0.5), dims: [] };
  let [left, others] = [a, x];
  for (let block = 0; block < blocks; block++) {
    const rest = order - block * size;
    for (let row = 0; row < size; row++) {
      diagonal.set(left.data.subarray(row * rest, row * rest + size), (block * size + row) * size);
    }
    rotated.set(others.data.subarray(0, size * columns), block * size * columns);
    if (block === blocks - 1) break;
    const length = rest - size;
    const panel = new Float64Array(size * length);
    for (let row = 0; row < size; row++) {
      panel.set(left.data.subarray(row * rest + size, (row + 1) * rest), row * length);
    }
    const t = reflectors(panel, size, length, below.subarray(block * size * size, (block + 1) * size * size));
    const { a2, x2 } = await gemm.run(
      step(size),
      { a: left, x: others, vt: { data: panel, dims: [size, length] }, t: { data: t, dims: [size, size] }, half },
      ['a2', 'x2'],
    );
    [left, others] = [a2, x2];
  }
  return { band: { blocks, size, diagonal, below }, rotated };
}

/**
 * QR of the transposed panel [length, size] in compact form Q = I − V·T·Vᵀ (Schreiber & Van Loan 1989). The panel,
 * f64 [size, length], becomes Vᵀ; R goes to `r`.
 * @returns T, f64 [size, size], upper triangular
 */
function reflectors(panel: Float64Array, size: number, length: number, r: Float64Array): Float64Array {
  const t = new Float64Array(size * size);
  const products = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    const v = panel.subarray(j * length, (j + 1) * length);
    for (let i = 0; i < j; i++) {
      r[i * size + j] = v[i]!;
      v[i] = 0;
    }
    const tau = reflect(v, j, (value) => {
      r[j * size + j] = value;
    });
    for (let i = j + 1; i < size; i++) {
      const column = panel.subarray(i * length, (i + 1) * length);
      addTo(column, v, -tau * dot(column, v, j), j);
    }
    for (let i = 0; i < j; i++) products[i] = dot(panel.subarray(i * length, (i + 1) * length), v, j);
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += t[i * size + k]! * products[k]!;
      t[i * size + j] = -tau * sum;
    }
    t[j * size + j] = tau;
  }
  return t;
}

/** Turns v from element `at` on into the Householder vector that maps it to (β, 0, …), v[at] = 1; returns τ. */
function reflect(v: Float64Array, at: number, keep: (beta: number) => void): number {
  const head = v[at]!;
  const norm = Math.sqrt(dot(v, v, at));
  if (norm === 0) {
    keep(0);
    v[at] = 1;
    return 0;
  }
  const beta = head > 0 ? -norm : norm;
  keep(beta);
  const scale = 1 / (head - beta);
  for (let i = at + 1; i < v.length; i++) v[i]! *= scale;
  v[at] = 1;
  return (beta - head) / beta;
}

/** Σ aᵢbᵢ from `from` on, in four running sums that the processor adds side by side. */
export function dot(a: Float64Array, b: Float64Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = from;
  for (; i + 3 < a.length; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (; i < a.length; i++) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

/** a ← a + s·b from `from` on. */
function addTo(a: Float64Array, b: Float64Array, s: number, from: number): void {
  for (let i = from; i < a.length; i++) a[i]! += s * b[i]!;
}
