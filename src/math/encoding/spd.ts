import type { Dense, Gemm, Kernel } from '../gemm';

/**
 * Of symmetric matrices [[A₁₁, A₂₁ᵀ], [A₂₁, A₂₂]] of a batch, A₁₁ = L₁₁L₁₁ᵀ [size, size]: V = L₁₁⁻¹A₂₁ᵀ, which is L₂₁ᵀ, and
 * the Schur complement S = A₂₂ − VᵀV.
 */
const complement = (size: number): Kernel => ({
  name: `complement ${size}`,
  element: 'float64',
  build(graph) {
    const [a, l] = [graph.input('a', 3), graph.input('l', 3)];
    const below = graph.slice(a, 1, size, END);
    const v = graph.node('MatMul', [l, graph.transpose(graph.slice(below, 2, 0, size), 3)]);
    graph.output('v', v, 3);
    const known = graph.node('MatMul', [graph.transpose(v, 3), v]);
    graph.output('s', graph.node('Sub', [graph.slice(below, 2, size, END), known]), 3);
  },
});

/** L⁻¹ = [[L₁₁⁻¹, 0], [−L₂₂⁻¹VᵀL₁₁⁻¹, L₂₂⁻¹]] from its parts. */
const joined: Kernel = {
  name: 'joined inverse factor',
  element: 'float64',
  build(graph) {
    const [l, v, m] = [graph.input('l', 3), graph.input('v', 3), graph.input('m', 3)];
    const corner = graph.node('MatMul', [graph.node('MatMul', [m, graph.transpose(v, 3)]), l]);
    const top = graph.node('Concat', [l, graph.node('Sub', [v, v])], { axis: 2 });
    const bottom = graph.node('Concat', [graph.node('Neg', [corner]), m], { axis: 2 });
    graph.output('factor', graph.node('Concat', [top, bottom], { axis: 1 }), 3);
  },
};

/** A⁻¹ = L⁻ᵀL⁻¹. */
const squared: Kernel = {
  name: 'inverse from its factor',
  element: 'float64',
  build(graph) {
    const l = graph.input('l', 3);
    graph.output('inverse', graph.node('MatMul', [graph.transpose(l, 3), l]), 3);
  },
};

const END = Number.MAX_SAFE_INTEGER;

/** Matrices up to this order are inverted in plain JavaScript at no cost. */
const LARGEST_BLOCK = 48;

/** Bytes of matrices that are inverted together: they stay in the processor's cache. */
const CACHED_BYTES = 2 ** 20;

/**
 * Inverses of symmetric positive definite matrices, f64 [batch, order, order], from their Cholesky factors, whose inverses
 * are made by halves. Unlike halves of the inverse itself this is as exact as the condition of a matrix allows.
 */
export async function invertDefinite(gemm: Gemm, { data, dims }: Dense): Promise<Dense> {
  const [batch, order] = dims as [number, number, number];
  const area = order * order;
  const atOnce = Math.max(1, Math.floor(CACHED_BYTES / (8 * area)));
  const inverses = new Float64Array(batch * area);
  for (let from = 0; from < batch; from += atOnce) {
    const to = Math.min(batch, from + atOnce);
    const part = { data: data.subarray(from * area, to * area), dims: [to - from, order, order] };
    const { inverse } = await gemm.run(squared, { l: await inverseFactor(gemm, part) }, ['inverse']);
    inverses.set(inverse.data, from * area);
  }
  return { data: inverses, dims };
}

/** L⁻¹ of A = LLᵀ, f64 [batch, order, order] lower triangular. */
async function inverseFactor(gemm: Gemm, a: Dense): Promise<Dense> {
  const [batch, order] = a.dims as [number, number, number];
  if (order <= LARGEST_BLOCK) return { data: inverseFactors(a.data, batch, order), dims: a.dims };
  const size = Math.ceil(order / 2);
  const l = await inverseFactor(gemm, { data: leadingBlocks(a.data, batch, order, size), dims: [batch, size, size] });
  const { v, s } = await gemm.run(complement(size), { a, l }, ['v', 's']);
  const { factor } = await gemm.run(joined, { l, v, m: await inverseFactor(gemm, s) }, ['factor']);
  return factor;
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

/** L⁻¹ of every matrix of a batch, f64 [batch, order, order]. */
function inverseFactors(data: Float64Array, batch: number, order: number): Float64Array {
  const area = order * order;
  const factors = new Float64Array(batch * area);
  for (let m = 0; m < batch; m++) {
    factors.set(invertedCholesky(data.slice(m * area, (m + 1) * area), order), m * area);
  }
  return factors;
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
