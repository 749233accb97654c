import { float, int } from '../graph';
import type { Graph, Value } from '../graph';
import { ElementType } from '../onnx-proto';
import type { Sizes, Surroundings } from './architecture';
import { toSequences } from './operators';

/**
 * Attention with linear biases (Press et al. 2022): softmax(scale · q·kᵀ + bias)·v, where the bias depends on head and
 * key only, since the softmax of a row does not change with what is added to all of it. The bias becomes one more
 * dimension of every key, beside a one in every query, so that no matrix [heads, length, length] is made.
 * @param bias f32 [batch, length, heads], added to the scaled scores
 * @returns rows f32 [batch · length, heads · headWidth]
 */
export function biasedAttention(
  graph: Graph,
  [query, key, value]: readonly [Value, Value, Value],
  bias: Value,
  { heads, headWidth }: Sizes,
  scale: number,
  around: Surroundings,
): Value {
  const perHead = (sequences: Value): Value =>
    graph.node('Reshape', [sequences, graph.integers([0, 0, heads, headWidth])]);
  const last = graph.integers([3]);
  const column = graph.node('Unsqueeze', [graph.node('Mul', [bias, graph.float(1 / scale)]), last]);
  const pads = graph.integers([0, 0, 0, 0, 0, 0, 0, 1]);
  const wideQuery = graph.node('Pad', [perHead(query), pads, graph.float(1)]);
  const wideKey = graph.node('Concat', [perHead(key), column], { axis: int(3) });
  const attended = graph.node(
    'Attention',
    [toSequences(graph, wideQuery, around), toSequences(graph, wideKey, around), value],
    { is_causal: int(1), q_num_heads: int(heads), kv_num_heads: int(heads), scale: float(scale) },
  );
  return graph.node('Reshape', [attended, graph.integers([-1, heads * headWidth])]);
}

/** Sequences f32 [batch, length, kvHeads · headWidth] with every head repeated for the queries that share it. */
export function repeatHeads(graph: Graph, sequences: Value, { heads, kvHeads, headWidth }: Sizes): Value {
  if (heads === kvHeads) return sequences;
  const split = graph.node('Reshape', [sequences, graph.integers([0, 0, kvHeads, 1, headWidth])]);
  const repeated = graph.node('Tile', [split, graph.integers([1, 1, 1, heads / kvHeads, 1])]);
  return graph.node('Reshape', [repeated, graph.integers([0, 0, heads * headWidth])]);
}

/** MPT's slopes, f32 [heads]: 2^(−8i/p) for the next power of two p, every second one first where heads are fewer. */
export function mptSlopes(heads: number): Float32Array {
  const power = 2 ** Math.ceil(Math.log2(heads));
  const all = Float32Array.from({ length: power }, (_, i) => 2 ** -((i + 1) * (8 / power)));
  if (power === heads) return all;
  const order = [...all.filter((_, i) => i % 2 === 1), ...all.filter((_, i) => i % 2 === 0)];
  return Float32Array.from(order.slice(0, heads));
}

/** Bloom's and Falcon's slopes, f32 [heads]: of the power of two below, then every second one of twice as many. */
export function falconSlopes(heads: number): Float32Array {
  const power = 2 ** Math.floor(Math.log2(heads));
  const base = Math.fround(2 ** -(2 ** -(Math.log2(power) - 3)));
  const finer = Math.fround(2 ** -(2 ** -(Math.log2(2 * power) - 3)));
  return Float32Array.from({ length: heads }, (_, i) => (i < power ? base ** (i + 1) : finer ** (2 * (i - power) + 1)));
}

/** MPT's bias f32 [batch, length, heads]: slope · (position − last position). */
export function mptBias(graph: Graph, slopes: Float32Array, around: Surroundings): Value {
  const last = graph.node('ReduceMax', [around.positions], { keepdims: int(1) });
  const behind = graph.widen(graph.node('Sub', [around.positions, last]));
  const each = graph.node('Unsqueeze', [behind, graph.integers([2])]);
  return graph.node('Mul', [each, graph.floats(slopes, [slopes.length])]);
}

/** Falcon's bias f32 [batch, length, heads]: slope · position, every factor and the product rounded to bfloat16. */
export function falconBias(graph: Graph, slopes: Float32Array, around: Surroundings): Value {
  const each = graph.node('Unsqueeze', [graph.widen(around.positions), graph.integers([2])]);
  const product = graph.node('Mul', [rounded(graph, each), rounded(graph, graph.floats(slopes, [slopes.length]))]);
  return rounded(graph, product);
}

/** f32 values to the nearest bfloat16. */
function rounded(graph: Graph, values: Value): Value {
  return graph.widen(graph.node('Cast', [values], { to: int(ElementType.BFLOAT16) }));
}
