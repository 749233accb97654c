import type { Dense, Gemm, Kernel } from '../gemm';
import type { AlgebraGraph, Value } from '../onnx';
import type { BandMatrix } from './band';
import { invertedCholesky } from './spd';

/**
 * T + αI = L·Lᵀ of a band matrix for all α at once. L is block bidiagonal; its diagonal blocks are kept inverted, so that
 * every substitution is a row of matrix products, batched over α.
 */
export interface ShiftedFactors {
  readonly alphas: Float64Array;
  readonly blocks: number;
  readonly size: number;
  /** L⁻¹ of the diagonal block k, f64 [alphas, size, size]. */
  readonly inverted: readonly Dense[];
  /** L's block (k, k − 1), f64 [alphas, size, size]; at 0 a placeholder that is never read. */
  readonly below: readonly Dense[];
}

const products: Kernel = {
  name: 'shifted-products',
  element: 'float64',
  build(graph) {
    const [below, inverted, diagonal] = [
      graph.input('below', 3),
      graph.input('inverted', 3),
      graph.input('diagonal', 3),
    ];
    const lower = graph.node('MatMul', [below, graph.transpose(inverted, 3)]);
    graph.output('lower', lower, 3);
    const square = graph.node('MatMul', [lower, graph.transpose(lower, 3)]);
    graph.output('schur', graph.node('Sub', [diagonal, square]), 3);
  },
};

/** Cholesky factors of T + αI for every α > 0. */
export async function factorShifted(gemm: Gemm, band: BandMatrix, alphas: Float64Array): Promise<ShiftedFactors> {
  const { blocks, size } = band;
  const area = size * size;
  const dims = [alphas.length, size, size];
  const inverted: Dense[] = [];
  const below: Dense[] = [];
  for (let block = 0; block < blocks; block++) {
    const diagonal = band.diagonal.subarray(block * area, (block + 1) * area);
    let shifted = shiftedCopies(diagonal, size, alphas);
    if (block > 0) {
      const beside = { data: band.below.subarray((block - 1) * area, block * area), dims: [1, size, size] };
      const made = await gemm.run(
        products,
        { below: beside, inverted: inverted[block - 1]!, diagonal: { data: shifted, dims } },
        ['lower', 'schur'],
      );
      shifted = made.schur.data;
      below.push(made.lower);
    } else {
      below.push({ data: new Float64Array(0), dims: [0] });
    }
    const data = new Float64Array(shifted.length);
    for (let a = 0; a < alphas.length; a++) {
      data.set(invertedCholesky(shifted.subarray(a * area, (a + 1) * area), size), a * area);
    }
    inverted.push({ data, dims });
  }
  return { alphas, blocks, size, inverted, below };
}

function shiftedCopies(diagonal: Float64Array, size: number, alphas: Float64Array): Float64Array {
  const copies = new Float64Array(alphas.length * diagonal.length);
  alphas.forEach((alpha, a) => {
    copies.set(diagonal, a * diagonal.length);
    for (let i = 0; i < size; i++) copies[a * diagonal.length + i * (size + 1)]! += alpha;
  });
  return copies;
}

/** A part of `factors`: those of some α. */
export function someAlphas(factors: ShiftedFactors, from: number, to: number): ShiftedFactors {
  const area = factors.size * factors.size;
  const part = ({ data }: Dense): Dense => ({
    data: data.subarray(from * area, to * area),
    dims: [to - from, factors.size, factors.size],
  });
  return {
    ...factors,
    alphas: factors.alphas.subarray(from, to),
    inverted: factors.inverted.map(part),
    below: factors.below.map(part),
  };
}

/** Inputs of the factors' blocks, under names of their own. */
function factorInputs(graph: AlgebraGraph, blocks: number): { inverted: Value[]; below: Value[] } {
  const named = (name: string): Value[] =>
    Array.from({ length: blocks }, (_, block) =>
      name === 'below' && block === 0 ? NOTHING : graph.input(`${name}${block}`, 3),
    );
  return { inverted: named('inverted'), below: named('below') };
}

const NOTHING: Value = { id: '' };

function factorFeeds({ inverted, below }: ShiftedFactors): Record<string, Dense> {
  const feeds: Record<string, Dense> = {};
  inverted.forEach((block, k) => (feeds[`inverted${k}`] = block));
  below.forEach((block, k) => k > 0 && (feeds[`below${k}`] = block));
  return feeds;
}

/** Both substitutions in one graph: what each block needs of the one before never leaves ONNX Runtime. */
const substitutions = (blocks: number, size: number): Kernel => ({
  name: `substitutions ${blocks} ${size}`,
  element: 'float64',
  build(graph) {
    const c = graph.input('c', 3);
    const { inverted, below } = factorInputs(graph, blocks);
    const down: Value[] = [];
    for (let k = 0; k < blocks; k++) {
      let rest = graph.slice(c, 2, k * size, (k + 1) * size);
      if (k > 0) {
        const known = graph.node('MatMul', [down[k - 1]!, graph.transpose(below[k]!, 3)]);
        rest = graph.node('Sub', [rest, known]);
      }
      down.push(graph.node('MatMul', [rest, graph.transpose(inverted[k]!, 3)]));
    }
    const up: Value[] = [];
    for (let k = blocks - 1; k >= 0; k--) {
      const known = k < blocks - 1 ? graph.node('MatMul', [up[0]!, below[k + 1]!]) : undefined;
      const rest = known === undefined ? down[k]! : graph.node('Sub', [down[k]!, known]);
      up.unshift(graph.node('MatMul', [rest, inverted[k]!]));
    }
    graph.output('x', graph.node('Concat', up, { axis: 2 }), 3);
  },
});

/**
 * (T + αI)⁻¹c of every row c and every α.
 * @param rows f64 [1 or alphas, count, order]
 * @returns f64 [alphas, count, order]
 */
export async function substitute(gemm: Gemm, factors: ShiftedFactors, rows: Dense): Promise<Dense> {
  const kernel = substitutions(factors.blocks, factors.size);
  const { x } = await gemm.run(kernel, { c: rows, ...factorFeeds(factors) }, ['x']);
  return x;
}

/** W = L⁻¹C by blocks, each [alphas, size, count]. */
function halfSolved(graph: AlgebraGraph, blocks: number, size: number): Value[] {
  const c = graph.input('c', 3);
  const { inverted, below } = factorInputs(graph, blocks);
  const solved: Value[] = [];
  for (let k = 0; k < blocks; k++) {
    let rest = graph.slice(c, 1, k * size, (k + 1) * size);
    if (k > 0) rest = graph.node('Sub', [rest, graph.node('MatMul', [below[k]!, solved[k - 1]!])]);
    solved.push(graph.node('MatMul', [inverted[k]!, rest]));
  }
  return solved;
}

const squares = (blocks: number, size: number): Kernel => ({
  name: `squares ${blocks} ${size}`,
  element: 'float64',
  build(graph) {
    const axis = graph.constant(1);
    const sums = halfSolved(graph, blocks, size).map((w) => graph.node('ReduceSumSquare', [w, axis], { keepdims: 0 }));
    graph.output('sums', graph.node('Sum', sums), 2);
  },
});

/**
 * cᵀ(T + αI)⁻¹c of every column c and every α.
 * @param columns f64 [order, count]
 * @returns f64 [alphas, count]
 */
export async function shiftedSquares(gemm: Gemm, factors: ShiftedFactors, columns: Dense): Promise<Dense> {
  const c = { data: columns.data, dims: [1, ...columns.dims] };
  const { sums } = await gemm.run(squares(factors.blocks, factors.size), { c, ...factorFeeds(factors) }, ['sums']);
  return sums;
}

const grams = (blocks: number, size: number, alphas: number): Kernel => ({
  name: `grams ${blocks} ${size} ${alphas}`,
  element: 'float64',
  build(graph) {
    const w = graph.node('Concat', halfSolved(graph, blocks, size), { axis: 1 });
    const axis = graph.constant(0);
    const each = Array.from({ length: alphas }, (_, alpha) => {
      const one = graph.node('Squeeze', [graph.slice(w, 0, alpha, alpha + 1), axis]);
      return graph.node('Unsqueeze', [graph.node('Gemm', [one, one], { transA: 1 }), axis]);
    });
    graph.output('g', graph.node('Concat', each, { axis: 0 }), 3);
  },
});

/**
 * Cᵀ(T + αI)⁻¹C for every α.
 * @param columns C, f64 [order, count]
 * @returns f64 [alphas, count, count]
 */
export async function shiftedGrams(gemm: Gemm, factors: ShiftedFactors, columns: Dense): Promise<Dense> {
  const { blocks, size, alphas } = factors;
  const c = { data: columns.data, dims: [1, ...columns.dims] };
  const { g } = await gemm.run(grams(blocks, size, alphas.length), { c, ...factorFeeds(factors) }, ['g']);
  return g;
}
