import type { Sae } from '../../data/sae/sae';
import { Graph, int } from '../graph';
import type { EncodedGraph, Value } from '../graph';
import { ElementType } from '../onnx-proto';

/** Names of what the graphs take and give. */
export const Port = {
  rows: 'x',
  encoder: 'encoder',
  encoderBias: 'encoder_bias',
  decoder: 'decoder',
  decoderBias: 'decoder_bias',
  activations: 'z',
  values: 'values',
  features: 'features',
  reconstruction: 'y',
} as const;

/** What SAELens adds to the standard deviation. */
const EPSILON = 1e-5;

/**
 * Rows f32 [rows, width] → pre-activations z f32 [rows, features], or for TopK the k largest of each row and where they
 * are (float32, exact below 2²⁴), unordered. Weights are fed, not stored in the graph: ONNX Runtime then uses them in
 * place. ONNX's TopK breaks ties towards the lower index.
 */
export function encoderGraph(sae: Sae): EncodedGraph {
  const { features, width, activation } = sae;
  const graph = new Graph('sae-encoder');
  const rows = graph.input(Port.rows, ElementType.FLOAT, ['rows', width]);
  const encoder = graph.input(Port.encoder, ElementType.FLOAT, [features, width]);
  const bias = graph.input(Port.encoderBias, ElementType.FLOAT, [features]);
  const treated = treat(graph, rows, sae);
  const z = graph.node('Gemm', [treated, encoder, bias], { transB: int(1) });
  if (activation.kind !== 'topk') {
    graph.output(Port.activations, z, ['rows', features]);
    return graph.encode();
  }
  const [values, indices] = graph.split('TopK', [z, graph.integers([activation.k])], 2, { sorted: int(0) });
  graph.output(Port.values, values!, ['rows', activation.k]);
  graph.output(Port.features, graph.widen(indices!), ['rows', activation.k]);
  return graph.encode();
}

/** Dense activations f32 [rows, features] → f·W_dec + b_dec, f32 [rows, width]. */
export function decoderGraph({ features, width }: Sae): EncodedGraph {
  const graph = new Graph('sae-decoder');
  const activations = graph.input(Port.activations, ElementType.FLOAT, ['rows', features]);
  const decoder = graph.input(Port.decoder, ElementType.FLOAT, [features, width]);
  const bias = graph.input(Port.decoderBias, ElementType.FLOAT, [width]);
  graph.output(Port.reconstruction, graph.node('Gemm', [activations, decoder, bias]), ['rows', width]);
  return graph.encode();
}

function treat(graph: Graph, rows: Value, { input, width }: Sae): Value {
  const centred = input.centre ? graph.node('Sub', [rows, mean(graph, rows)]) : rows;
  const normalised = normalise(graph, centred, input.normalise, width);
  if (!input.subtractDecoderBias) return normalised;
  return graph.node('Sub', [normalised, graph.input(Port.decoderBias, ElementType.FLOAT, [width])]);
}

function normalise(graph: Graph, x: Value, how: Sae['input']['normalise'], width: number): Value {
  switch (how.kind) {
    case 'none':
      return x;
    case 'scale':
      return graph.node('Mul', [x, graph.float(how.factor)]);
    case 'layer-norm': {
      const centred = graph.node('Sub', [x, mean(graph, x)]);
      const variance = graph.node('Div', [sumOfSquares(graph, centred), graph.float(Math.max(1, width - 1))]);
      const deviation = graph.node('Add', [graph.node('Sqrt', [variance]), graph.float(EPSILON)]);
      return graph.node('Div', [centred, deviation]);
    }
    case 'constant-norm': {
      const norm = graph.node('Sqrt', [sumOfSquares(graph, x)]);
      return graph.node('Div', [x, graph.node('Div', [norm, graph.float(Math.sqrt(width))])]);
    }
  }
}

function mean(graph: Graph, x: Value): Value {
  return graph.node('ReduceMean', [x, graph.integers([-1])], { keepdims: int(1) });
}

function sumOfSquares(graph: Graph, x: Value): Value {
  return graph.node('ReduceSumSquare', [x, graph.integers([-1])], { keepdims: int(1) });
}
