import type { Dense, Gemm, Kernel } from '../gemm';
import type { Value } from '../onnx';

/**
 * One block of the sweep operator (Beaton 1964; Goodnight 1979) on symmetric matrices [batch, order, order], the swept
 * block first and moved to the end: with A = [[A₁₁, A₁₂], [A₂₁, A₂₂]], D = A₁₁⁻¹ and U = A₂₁D
 * the result is [[A₂₂ − U·A₁₂, U], [Uᵀ, −D]].
 */
const sweep = (size: number): Kernel => ({
  name: `sweep ${size}`,
  element: 'float64',
  build(graph) {
    const [a, d] = [graph.input('a', 3), graph.input('d', 3)];
    const [end, axes] = [Number.MAX_SAFE_INTEGER, graph.constant(1, 2)];
    const part = (row: number, toRow: number, column: number, toColumn: number): Value =>
      graph.node('Slice', [a, graph.constant(row, column), graph.constant(toRow, toColumn), axes]);
    const u = graph.node('MatMul', [part(size, end, 0, size), d]);
    const schur = graph.node('Sub', [part(size, end, size, end), graph.node('MatMul', [u, part(0, size, size, end)])]);
    const upper = graph.node('Concat', [schur, u], { axis: 2 });
    const bottom = graph.node('Concat', [graph.transpose(u, 3), graph.node('Neg', [d])], { axis: 2 });
    graph.output('b', graph.node('Concat', [upper, bottom], { axis: 1 }), 3);
  },
});

/** Blocks of the sweep: small enough that plain JavaScript inverts them at no cost. */
const LARGEST_BLOCK = 32;

/**
 * Inverses of symmetric positive definite matrices, f64 [batch, order, order], by block sweeps without pivoting (stable
 * for positive definite matrices).
 */
export async function invertDefinite(gemm: Gemm, matrices: Dense): Promise<Dense> {
  const [batch, order] = matrices.dims as [number, number, number];
  const steps = Math.ceil(order / LARGEST_BLOCK);
  const size = Math.ceil(order / steps);
  const padded = steps * size;
  let current = withUnitPadding(matrices.data, batch, order, padded);
  if (steps === 1) {
    const blocks = leadingInverses(current, batch, padded, size);
    return { data: blocks, dims: [batch, order, order] };
  }
  for (let round = 0; round < steps; round++) {
    const d = leadingInverses(current, batch, padded, size);
    const { b } = await gemm.run(
      sweep(size),
      { a: { data: current, dims: [batch, padded, padded] }, d: { data: d, dims: [batch, size, size] } },
      ['b'],
    );
    current = b.data;
  }
  const inverse = new Float64Array(batch * order * order);
  for (let m = 0; m < batch; m++) {
    for (let i = 0; i < order; i++) {
      const [to, from] = [(m * order + i) * order, (m * padded + i) * padded];
      for (let j = 0; j < order; j++) inverse[to + j] = -current[from + j]!;
    }
  }
  return { data: inverse, dims: [batch, order, order] };
}

function withUnitPadding(data: Float64Array, batch: number, order: number, padded: number): Float64Array {
  if (padded === order) return data;
  const wide = new Float64Array(batch * padded * padded);
  for (let m = 0; m < batch; m++) {
    for (let i = 0; i < order; i++) {
      wide.set(data.subarray((m * order + i) * order, (m * order + i + 1) * order), (m * padded + i) * padded);
    }
    for (let i = order; i < padded; i++) wide[(m * padded + i) * padded + i] = 1;
  }
  return wide;
}

/** The inverses of the leading blocks, f64 [batch, size, size]. */
function leadingInverses(data: Float64Array, batch: number, order: number, size: number): Float64Array {
  const inverses = new Float64Array(batch * size * size);
  const block = new Float64Array(size * size);
  for (let m = 0; m < batch; m++) {
    for (let i = 0; i < size; i++) {
      const from = (m * order + i) * order;
      block.set(data.subarray(from, from + size), i * size);
    }
    const lower = invertedCholesky(block, size);
    gram(lower, size, inverses.subarray(m * size * size, (m + 1) * size * size));
  }
  return inverses;
}

/** LᵀL of a lower triangular matrix. */
function gram(lower: Float64Array, size: number, out: Float64Array): void {
  for (let k = 0; k < size; k++) {
    for (let i = 0; i <= k; i++) {
      const factor = lower[k * size + i]!;
      for (let j = 0; j <= i; j++) out[i * size + j]! += factor * lower[k * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) out[j * size + i] = out[i * size + j]!;
}

/**
 * L⁻¹ of A = L·Lᵀ, f64 [size, size] lower triangular.
 * @param a symmetric; its lower triangle is overwritten by L. A pivot lost to rounding counts as the smallest positive
 *   one that its row allows
 */
export function invertedCholesky(a: Float64Array, size: number): Float64Array {
  for (let j = 0; j < size; j++) {
    const scale = Math.abs(a[j * size + j]!);
    for (let i = j; i < size; i++) {
      let sum = a[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!;
      a[i * size + j] =
        i === j ? Math.sqrt(Math.max(sum, scale * Number.EPSILON, Number.MIN_VALUE)) : sum / a[j * size + j]!;
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    for (let k = 0; k < i; k++) {
      const factor = -a[i * size + k]!;
      for (let j = 0; j <= k; j++) row[j]! += factor * inverse[k * size + j]!;
    }
    const pivot = 1 / a[i * size + i]!;
    for (let j = 0; j < i; j++) row[j]! *= pivot;
    row[i] = pivot;
  }
  return inverse;
}
