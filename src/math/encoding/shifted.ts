import type { Dense, Gemm, Kernel } from '../gemm';
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

const forwardFirst: Kernel = {
  name: 'forward-first',
  element: 'float64',
  build(graph) {
    const [c, inverted] = [graph.input('c', 3), graph.input('inverted', 3)];
    graph.output('x', graph.node('MatMul', [c, graph.transpose(inverted, 3)]), 3);
  },
};

const forwardNext: Kernel = {
  name: 'forward-next',
  element: 'float64',
  build(graph) {
    const [c, inverted] = [graph.input('c', 3), graph.input('inverted', 3)];
    const [previous, below] = [graph.input('previous', 3), graph.input('below', 3)];
    const rest = graph.node('Sub', [c, graph.node('MatMul', [previous, graph.transpose(below, 3)])]);
    graph.output('x', graph.node('MatMul', [rest, graph.transpose(inverted, 3)]), 3);
  },
};

const backLast: Kernel = {
  name: 'back-last',
  element: 'float64',
  build(graph) {
    const [c, inverted] = [graph.input('c', 3), graph.input('inverted', 3)];
    graph.output('x', graph.node('MatMul', [c, inverted]), 3);
  },
};

const backNext: Kernel = {
  name: 'back-next',
  element: 'float64',
  build(graph) {
    const [c, inverted] = [graph.input('c', 3), graph.input('inverted', 3)];
    const [previous, below] = [graph.input('previous', 3), graph.input('below', 3)];
    const rest = graph.node('Sub', [c, graph.node('MatMul', [previous, below])]);
    graph.output('x', graph.node('MatMul', [rest, inverted]), 3);
  },
};

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

/**
 * L⁻¹c for every row c and every α.
 * @param rows f64 [1 or alphas, count, order], block by block: see `inBlocks`
 * @returns blocks, each f64 [alphas, count, size]
 */
export async function forward(gemm: Gemm, factors: ShiftedFactors, rows: readonly Dense[]): Promise<Dense[]> {
  const solved: Dense[] = [];
  for (let block = 0; block < factors.blocks; block++) {
    const inputs = { c: rows[block]!, inverted: factors.inverted[block]! };
    const { x } =
      block === 0
        ? await gemm.run(forwardFirst, inputs, ['x'])
        : await gemm.run(forwardNext, { ...inputs, previous: solved[block - 1]!, below: factors.below[block]! }, ['x']);
    solved.push(x);
  }
  return solved;
}

/** L⁻ᵀc for every row c and every α, like `forward`. */
export async function backward(gemm: Gemm, factors: ShiftedFactors, rows: readonly Dense[]): Promise<Dense[]> {
  const solved: Dense[] = [];
  for (let block = factors.blocks - 1; block >= 0; block--) {
    const inputs = { c: rows[block]!, inverted: factors.inverted[block]! };
    const { x } =
      block === factors.blocks - 1
        ? await gemm.run(backLast, inputs, ['x'])
        : await gemm.run(backNext, { ...inputs, previous: solved[0]!, below: factors.below[block + 1]! }, ['x']);
    solved.unshift(x);
  }
  return solved;
}

const half = (first: boolean): Kernel => ({
  name: first ? 'half-first' : 'half-next',
  element: 'float64',
  build(graph) {
    const [c, inverted] = [graph.input('c', 3), graph.input('inverted', 3)];
    const rest = first
      ? c
      : graph.node('Sub', [c, graph.node('MatMul', [graph.input('below', 3), graph.input('previous', 3)])]);
    graph.output('x', graph.node('MatMul', [inverted, rest]), 3);
  },
});

/**
 * L⁻¹c for every column c and every α.
 * @param columns f64 [order, count]
 * @returns blocks, each f64 [alphas, size, count]
 */
export async function forwardColumns(gemm: Gemm, factors: ShiftedFactors, columns: Dense): Promise<Dense[]> {
  const { blocks, size } = factors;
  const count = columns.dims[1]!;
  const solved: Dense[] = [];
  for (let block = 0; block < blocks; block++) {
    const c = {
      data: columns.data.subarray(block * size * count, (block + 1) * size * count),
      dims: [1, size, count],
    };
    const inputs = { c, inverted: factors.inverted[block]! };
    const before = block === 0 ? {} : { previous: solved[block - 1]!, below: factors.below[block]! };
    const { x } = await gemm.run(half(block === 0), { ...inputs, ...before }, ['x']);
    solved.push(x);
  }
  return solved;
}

/** Cuts rows, f64 [batch, count, blocks · size], into blocks f64 [batch, count, size]. */
export function inBlocks(data: Float64Array, batch: number, count: number, blocks: number, size: number): Dense[] {
  const order = blocks * size;
  return Array.from({ length: blocks }, (_, block) => {
    const part = new Float64Array(batch * count * size);
    for (let row = 0; row < batch * count; row++) {
      const from = row * order + block * size;
      part.set(data.subarray(from, from + size), row * size);
    }
    return { data: part, dims: [batch, count, size] };
  });
}

/** The inverse of `inBlocks`: rows f64 [batch · count, blocks · size]. */
export function fromBlocks(parts: readonly Dense[]): Dense {
  const [batch, count, size] = parts[0]!.dims as [number, number, number];
  const order = parts.length * size;
  const data = new Float64Array(batch * count * order);
  parts.forEach((part, block) => {
    for (let row = 0; row < batch * count; row++) {
      data.set(part.data.subarray(row * size, (row + 1) * size), row * order + block * size);
    }
  });
  return { data, dims: [batch * count, order] };
}
