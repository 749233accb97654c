import type { Dense, Gemm, Kernel } from '../gemm';

/**
 * U = A₂₁·A₁₁⁻¹ and the Schur complement S = A₂₂ − U·A₂₁ᵀ of symmetric matrices [[A₁₁, A₂₁ᵀ], [A₂₁, A₂₂]] of a batch,
 * A₁₁ [size, size].
 */
const complement = (size: number): Kernel => ({
  name: `complement ${size}`,
  element: 'float64',
  build(graph) {
    const [a, d] = [graph.input('a', 3), graph.input('d', 3)];
    const below = graph.slice(a, 1, size, END);
    const a21 = graph.slice(below, 2, 0, size);
    const u = graph.node('MatMul', [a21, d]);
    graph.output('u', u, 3);
    const known = graph.node('MatMul', [u, graph.transpose(a21, 3)]);
    graph.output('s', graph.node('Sub', [graph.slice(below, 2, size, END), known]), 3);
  },
});

/** The inverse from its parts D = A₁₁⁻¹, U and S⁻¹: with W = S⁻¹U it is [[D + UᵀW, −Wᵀ], [−W, S⁻¹]]. */
const joined: Kernel = {
  name: 'joined inverse',
  element: 'float64',
  build(graph) {
    const [d, u, s] = [graph.input('d', 3), graph.input('u', 3), graph.input('s', 3)];
    const w = graph.node('MatMul', [s, u]);
    const corner = graph.node('Add', [d, graph.node('MatMul', [graph.transpose(u, 3), w])]);
    const minus = graph.node('Neg', [w]);
    const top = graph.node('Concat', [corner, graph.transpose(minus, 3)], { axis: 2 });
    const bottom = graph.node('Concat', [minus, s], { axis: 2 });
    graph.output('inverse', graph.node('Concat', [top, bottom], { axis: 1 }), 3);
  },
};

const END = Number.MAX_SAFE_INTEGER;

/** Matrices up to this order are inverted in plain JavaScript at no cost. */
const LARGEST_BLOCK = 48;

/** Bytes of matrices that are inverted together: they stay in the processor's cache. */
const CACHED_BYTES = 2 ** 20;

/**
 * Inverses of symmetric positive definite matrices, f64 [batch, order, order], by halves: the inverse of one, and of its
 * Schur complement (Strassen 1969), without pivoting, which positive definite matrices do not need.
 */
export async function invertDefinite(gemm: Gemm, { data, dims }: Dense): Promise<Dense> {
  const [batch, order] = dims as [number, number, number];
  const area = order * order;
  const atOnce = Math.max(1, Math.floor(CACHED_BYTES / (8 * area)));
  const inverses = new Float64Array(batch * area);
  for (let from = 0; from < batch; from += atOnce) {
    const to = Math.min(batch, from + atOnce);
    const part = { data: data.subarray(from * area, to * area), dims: [to - from, order, order] };
    inverses.set((await inverted(gemm, part)).data, from * area);
  }
  return { data: inverses, dims };
}

async function inverted(gemm: Gemm, a: Dense): Promise<Dense> {
  const [batch, order] = a.dims as [number, number, number];
  if (order <= LARGEST_BLOCK) return { data: leadingInverses(a.data, batch, order, order), dims: a.dims };
  const size = Math.ceil(order / 2);
  const d = await inverted(gemm, { data: leadingBlocks(a.data, batch, order, size), dims: [batch, size, size] });
  const { u, s } = await gemm.run(complement(size), { a, d }, ['u', 's']);
  const { inverse } = await gemm.run(joined, { d, u, s: await inverted(gemm, s) }, ['inverse']);
  return inverse;
}

/** The leading blocks, f64 [batch, size, size]. */
function leadingBlocks(data: Float64Array, batch: number, order: number, size: number): Float64Array {
  const blocks = new Float64Array(batch * size * size);
  for (let m = 0; m < batch; m++) {
    for (let i = 0; i < size; i++) {
      const from = (m * order + i) * order;
      blocks.set(data.subarray(from, from + size), (m * size + i) * size);
    }
  }
  return blocks;
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
