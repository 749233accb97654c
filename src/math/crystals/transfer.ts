import type { Dense, Gemm } from '../gemm';
import { rowSquares } from './pair-blocks';

/** Queries at once. */
const ROWS = 512;
/** Distances nearer than this part of the lengths are equal: words whose last sub-token is the same lie on one point. */
const EQUAL = 1e-9;

/** Pairs of one relation, as places of words. */
export interface TransferPairs {
  /** Word of every pair's input and output. */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  /** Pairs that the relation's vector is the mean of, and pairs that it is tried on. */
  readonly training: Int32Array;
  readonly test: Int32Array;
}

/** How often a + mean(v) finds b. */
export interface Transfer {
  /** Share of test pairs; where several outputs are equally near, the right ones' share of them counts. */
  readonly accuracy: number;
  /** What a choice at random would reach. */
  readonly chance: number;
  /** Different outputs to choose from. */
  readonly candidates: number;
}

/**
 * A relation's mean difference over its training pairs, added to the input of every test pair: how often is the nearest
 * (Euclidean) of the relation's outputs, the input itself left out, one that the relation gives this input?
 * @param words f64 [words, width]
 * @returns NaN without training or test pairs
 */
export async function transferOf(
  words: Float64Array,
  width: number,
  pairs: TransferPairs,
  gemm: Gemm,
): Promise<Transfer> {
  const { inputs, outputs, training, test } = pairs;
  const candidates = Int32Array.from(new Set(outputs));
  if (training.length === 0 || test.length === 0) {
    return { accuracy: NaN, chance: NaN, candidates: candidates.length };
  }
  const vector = new Float64Array(width);
  for (const pair of training) {
    const [a, b] = [inputs[pair]! * width, outputs[pair]! * width];
    for (let k = 0; k < width; k += 1) vector[k]! += (words[b + k]! - words[a + k]!) / training.length;
  }
  const answers = answersOf(inputs, outputs);
  const targets = place(words, width, candidates);
  const squares = rowSquares(targets.data, width);
  let right = 0;
  let guessed = 0;
  for (let from = 0; from < test.length; from += ROWS) {
    const some = test.subarray(from, from + ROWS);
    const queries = place(
      words,
      width,
      some.map((pair) => inputs[pair]!),
    );
    for (let i = 0; i < queries.data.length; i += 1) queries.data[i]! += vector[i % width]!;
    const products = (await gemm.multiply(queries, targets, { transposeB: true })).data;
    const lengths = rowSquares(queries.data, width);
    some.forEach((pair, i) => {
      const input = inputs[pair]!;
      const row = products.subarray(i * candidates.length, (i + 1) * candidates.length);
      const distances = row.map((product, c) => lengths[i]! + squares[c]! - 2 * product);
      const found = nearest(distances, lengths[i]!, squares, candidates, input);
      const known = answers.get(input)!;
      right += found.filter((word) => known.has(word)).length / found.length;
      const others = candidates.filter((word) => word !== input);
      guessed += others.filter((word) => known.has(word)).length / others.length;
    });
  }
  return { accuracy: right / test.length, chance: guessed / test.length, candidates: candidates.length };
}

function nearest(
  distances: Float64Array,
  length: number,
  squares: Float64Array,
  candidates: Int32Array,
  input: number,
): number[] {
  let least = Infinity;
  candidates.forEach((word, c) => {
    if (word !== input) least = Math.min(least, distances[c]!);
  });
  return Array.from(candidates).filter(
    (word, c) => word !== input && distances[c]! <= least + EQUAL * (length + squares[c]!),
  );
}

/** All outputs that a relation gives an input. */
function answersOf(inputs: Int32Array, outputs: Int32Array): Map<number, Set<number>> {
  const answers = new Map<number, Set<number>>();
  inputs.forEach((input, pair) => {
    const known = answers.get(input);
    if (known === undefined) answers.set(input, new Set([outputs[pair]!]));
    else known.add(outputs[pair]!);
  });
  return answers;
}

function place(words: Float64Array, width: number, which: Int32Array): Dense {
  const data = new Float64Array(which.length * width);
  which.forEach((word, i) => data.set(words.subarray(word * width, (word + 1) * width), i * width));
  return { data, dims: [which.length, width] };
}
