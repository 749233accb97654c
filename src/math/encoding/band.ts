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
 * A ← A − V·Wᵀ − W·Vᵀ. The first `size` rows and columns of A are finished and cut off.
 */
const step = (size: number): Kernel => ({
  name: `band-step ${size}`,
  element: 'float64',
  build(graph) {
    const [whole, vt, t] = [graph.input('a', 2), graph.input('vt', 2), graph.input('t', 2)];
    const half = graph.input('half', 0);
    const a = graph.node('Slice', [whole, graph.constant(size, size), graph.constant(BIG, BIG)]);
    const v = graph.transpose(vt, 2);
    const p = graph.node('MatMul', [graph.node('MatMul', [a, v]), t]);
    const s = graph.node('Gemm', [t, graph.node('MatMul', [vt, p])], { transA: 1 });
    const w = graph.node('Sub', [p, graph.node('Mul', [half, graph.node('MatMul', [v, s])])]);
    const left = graph.node('Concat', [v, w], { axis: 1 });
    const right = graph.node('Concat', [w, v], { axis: 1 });
    graph.output('a2', graph.node('Gemm', [left, right, a], { alpha: { float: -1 }, transB: 1 }), 2);
  },
});

const BIG = Number.MAX_SAFE_INTEGER;

/** X ← QᵀX with Q = I − V·T·Vᵀ. */
const rotation: Kernel = {
  name: 'rotation',
  element: 'float64',
  build(graph) {
    const [x, vt, t] = [graph.input('x', 2), graph.input('vt', 2), graph.input('t', 2)];
    const y = graph.node('Gemm', [t, graph.node('MatMul', [vt, x])], { transA: 1 });
    graph.output('x2', graph.node('Gemm', [vt, y, x], { alpha: { float: -1 }, transA: 1 }), 2);
  },
};

/** Q = I − V·T·Vᵀ: Vᵀ f64 [size, length], T f64 [size, size]. */
interface Panel {
  readonly vt: Float64Array;
  readonly t: Float64Array;
  readonly length: number;
}

/** Rows of Vᵀ that rotate X at once: products of that depth run at full speed. */
const TOGETHER = 96;

/**
 * A = Q·T·Qᵀ by blocked Householder reflections that live in matrix products (Dongarra, Sorensen & Hammarling 1989, to a
 * band in place of a tridiagonal matrix: Bischof, Lang & Sun 2000).
 * @param a symmetric, f64 [order, order], order a multiple of `size`
 * @param x f64 [order, columns], to be rotated along
 */
export async function reduceToBand(gemm: Gemm, a: Dense, x: Dense, size: number): Promise<Reduction> {
  const order = a.dims[0]!;
  const blocks = order / size;
  const diagonal = new Float64Array(blocks * size * size);
  const below = new Float64Array((blocks - 1) * size * size);
  const panels: Panel[] = [];
  const half = { data: Float64Array.of(0.5), dims: [] };
  let left = a;
  for (let block = 0; block < blocks; block++) {
    const rest = order - block * size;
    for (let row = 0; row < size; row++) {
      diagonal.set(left.data.subarray(row * rest, row * rest + size), (block * size + row) * size);
    }
    if (block === blocks - 1) break;
    const length = rest - size;
    const vt = new Float64Array(size * length);
    for (let row = 0; row < size; row++) {
      vt.set(left.data.subarray(row * rest + size, (row + 1) * rest), row * length);
    }
    const t = reflectors(vt, size, length, below.subarray(block * size * size, (block + 1) * size * size));
    panels.push({ vt, t, length });
    const v = { data: vt, dims: [size, length] };
    const { a2 } = await gemm.run(step(size), { a: left, vt: v, t: { data: t, dims: [size, size] }, half }, ['a2']);
    left = a2;
  }
  return { band: { blocks, size, diagonal, below }, rotated: await rotate(gemm, panels, x, size) };
}

/** QᵀX, some panels at a time. */
async function rotate(gemm: Gemm, panels: readonly Panel[], x: Dense, size: number): Promise<Float64Array> {
  const columns = x.dims[1]!;
  const atOnce = Math.max(1, Math.floor(TOGETHER / size));
  const rotated = x.data.slice();
  for (let first = 0; first < panels.length; first += atOnce) {
    const { vt, t } = await merged(gemm, panels.slice(first, first + atOnce), size);
    const from = (first + 1) * size * columns;
    const rest = { data: rotated.subarray(from), dims: [vt.dims[1]!, columns] };
    const { x2 } = await gemm.run(rotation, { x: rest, vt, t }, ['x2']);
    rotated.set(x2.data, from);
  }
  return rotated;
}

/** Q₁Q₂… as one I − V·T·Vᵀ: appending a panel adds −T·VᵀVⱼ·Tⱼ beside T. */
async function merged(gemm: Gemm, panels: readonly Panel[], size: number): Promise<{ vt: Dense; t: Dense }> {
  const length = panels[0]!.length;
  const rows = panels.length * size;
  const vt: Dense = { data: new Float64Array(rows * length), dims: [rows, length] };
  panels.forEach((panel, index) => {
    for (let row = 0; row < size; row++) {
      const part = panel.vt.subarray(row * panel.length, (row + 1) * panel.length);
      vt.data.set(part, (index * size + row) * length + length - panel.length);
    }
  });
  const { data: inner } = await gemm.multiply(vt, vt, { transposeB: true });
  const t = new Float64Array(rows * rows);
  panels.forEach((panel, index) => append(t, inner, rows, panel.t, index * size, size));
  return { vt, t: { data: t, dims: [rows, rows] } };
}

/** Writes Tⱼ and −T·(VᵀVⱼ)·Tⱼ into columns `at` … of T [rows, rows]. */
function append(t: Float64Array, inner: Float64Array, rows: number, tj: Float64Array, at: number, size: number): void {
  const beside = new Float64Array(size);
  for (let i = 0; i < size; i++) t.set(tj.subarray(i * size, (i + 1) * size), (at + i) * rows + at);
  for (let i = 0; i < at; i++) {
    beside.fill(0);
    for (let k = i; k < at; k++) {
      const factor = t[i * rows + k]!;
      const from = k * rows + at;
      for (let j = 0; j < size; j++) beside[j]! -= factor * inner[from + j]!;
    }
    for (let k = 0; k < size; k++) {
      const factor = beside[k]!;
      for (let j = k; j < size; j++) t[i * rows + at + j]! += factor * tj[k * size + j]!;
    }
  }
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
  let i = from;
  for (; i + 3 < a.length; i += 4) {
    a[i]! += s * b[i]!;
    a[i + 1]! += s * b[i + 1]!;
    a[i + 2]! += s * b[i + 2]!;
    a[i + 3]! += s * b[i + 3]!;
  }
  for (; i < a.length; i++) a[i]! += s * b[i]!;
}
