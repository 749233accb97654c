import { float, int, string } from '../graph';
import type { Graph, Value } from '../graph';
import type { Sizes, Surroundings, Weights } from './architecture';
import type { ModelConfig } from './config';

/** x·Wᵀ + b over rows x f32 [rows, in] with W stored [out, in] (PyTorch's `Linear`). */
export function linear(graph: Graph, weights: Weights, rows: Value, name: string, bias: boolean): Value {
  const inputs = [rows, graph.weight32(weights(`${name}.weight`))];
  if (bias) inputs.push(graph.weight32(weights(`${name}.bias`)));
  return graph.node('Gemm', inputs, { transB: int(1) });
}

/** x·W + b over rows x f32 [rows, in] with W stored [in, out] (GPT-2's `Conv1D`). */
export function conv1d(graph: Graph, weights: Weights, rows: Value, name: string): Value {
  return graph.node('Gemm', [rows, graph.weight32(weights(`${name}.weight`)), graph.weight32(weights(`${name}.bias`))]);
}

/** Looks up rows of a stored table and widens only those. */
export function lookup(graph: Graph, weights: Weights, name: string, indices: Value): Value {
  const entry = weights(name);
  const rows = graph.node('Gather', [graph.weight(entry), indices]);
  return entry.dtype === 'F32' ? rows : graph.widen(rows);
}

/** LayerNorm over the last axis, with weight and bias. */
export function layerNorm(graph: Graph, weights: Weights, rows: Value, name: string, epsilon: number): Value {
  const inputs = [rows, graph.weight32(weights(`${name}.weight`)), graph.weight32(weights(`${name}.bias`))];
  return graph.node('LayerNormalization', inputs, { epsilon: float(epsilon), axis: int(-1) });
}

/**
 * RMSNorm over the last axis.
 * @param aboveOne multiply by 1 + weight rather than by the weight (Gemma)
 */
export function rmsNorm(
  graph: Graph,
  weights: Weights,
  rows: Value,
  name: string,
  epsilon: number,
  aboveOne = false,
): Value {
  const stored = graph.weight32(weights(`${name}.weight`));
  const gain = aboveOne ? graph.node('Add', [stored, graph.float(1)]) : stored;
  return graph.node('RMSNormalization', [rows, gain], { epsilon: float(epsilon), axis: int(-1) });
}

/** Rows [batch · length, n] → [batch, length, n]. */
export function toSequences(graph: Graph, rows: Value, around: Surroundings): Value {
  return graph.node('Reshape', [rows, around.sequenceShape]);
}

/**
 * Rotary embedding (half-split pairs) of sequences [batch, length, heads · headWidth].
 * @param rotated dimensions of each head that rotate, the first ones; 0 rotates all
 */
export function rotate(graph: Graph, sequences: Value, heads: number, around: Surroundings, rotated = 0): Value {
  if (around.rotary === undefined) throw new Error('this family has no rotary tables');
  const { cos, sin } = around.rotary;
  const attributes = { num_heads: int(heads), rotary_embedding_dim: int(rotated) };
  return graph.node('RotaryEmbedding', [sequences, cos, sin, around.positions], attributes);
}

/** What else shapes attention scores. */
export interface Scores {
  /** bool [length, length]: true where a query may attend to a key, besides being causal. */
  readonly mask?: Value | undefined;
  /** Scaled scores s become cap · tanh(s / cap) before they are masked. */
  readonly cap?: number | undefined;
}

/** Causal softmax(q·kᵀ·scale)·v over sequences; heads may share keys and values. Returns rows [batch · length, heads · headWidth]. */
export function causalAttention(
  graph: Graph,
  query: Value,
  key: Value,
  value: Value,
  sizes: Sizes,
  scale: number,
  { mask, cap }: Scores = {},
): Value {
  const attended = graph.node('Attention', [query, key, value, ...(mask === undefined ? [] : [mask])], {
    is_causal: int(1),
    q_num_heads: int(sizes.heads),
    kv_num_heads: int(sizes.kvHeads),
    scale: float(scale),
    ...(cap !== undefined && { softcap: float(cap) }),
  });
  return graph.node('Reshape', [attended, graph.integers([-1, sizes.heads * sizes.headWidth])]);
}

/**
 * Sliding window, bool [length, length]: whether a key lies less than `window` tokens before its query; made once for all
 * blocks of a graph.
 */
export function windowMask(graph: Graph, window: number, around: Surroundings): Value {
  const known = around.masks.get(window);
  if (known !== undefined) return known;
  const first = graph.node('Gather', [around.positions, graph.integer(0)], { axis: int(0) });
  const column = graph.node('Unsqueeze', [first, graph.integers([1])]);
  const before = graph.node('Sub', [column, graph.node('Unsqueeze', [first, graph.integers([0])])]);
  const mask = graph.node('Less', [before, graph.integer(window)]);
  around.masks.set(window, mask);
  return mask;
}

/** cap · tanh(x / cap) */
export function softCap(graph: Graph, x: Value, cap: number): Value {
  const squashed = graph.node('Tanh', [graph.node('Div', [x, graph.float(cap)])]);
  return graph.node('Mul', [squashed, graph.float(cap)]);
}

/** An elementwise function. */
export type Activation = (graph: Graph, x: Value) => Value;

/** x·σ(αx) */
const sigmoidGate =
  (alpha: number): Activation =>
  (graph, x) => {
    const scaled = alpha === 1 ? x : graph.node('Mul', [x, graph.float(alpha)]);
    return graph.node('Mul', [x, graph.node('Sigmoid', [scaled])]);
  };

const gelu =
  (approximate: 'none' | 'tanh'): Activation =>
  (graph, x) =>
    graph.node('Gelu', [x], { approximate: string(approximate) });

/** Hugging Face's names (`transformers.activations.ACT2FN`). */
const activations: Readonly<Record<string, Activation>> = {
  silu: sigmoidGate(1),
  swish: sigmoidGate(1),
  quick_gelu: sigmoidGate(1.702),
  gelu: gelu('none'),
  gelu_python: gelu('none'),
  gelu_new: gelu('tanh'),
  gelu_fast: gelu('tanh'),
  gelu_pytorch_tanh: gelu('tanh'),
  relu: (graph, x) => graph.node('Relu', [x]),
  tanh: (graph, x) => graph.node('Tanh', [x]),
};

/** The activation function that `config[name]` names; refused by name where it is not known. */
export function activationOf(config: ModelConfig, name: string, fallback: string): Activation {
  const activation = activations[config.text(name, fallback)];
  if (activation === undefined) throw config.unsupported(name, Object.keys(activations));
  return activation;
}
