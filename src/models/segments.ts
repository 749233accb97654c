import type { ArchitectureModel, Surroundings, Weights } from './architectures/architecture';
import { softCap } from './architectures/operators';
import { Graph, int } from './graph';
import type { EncodedGraph, Value } from './graph';
import { ElementType } from './onnx-proto';

/** Blocks `from`…`to − 1`; the segment that starts at block 0 also embeds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * The graph of blocks `from`…`to − 1`, batch and length free.
 *
 * Inputs: `ids` i32 [rows] (from block 0) or `stream` f32 [rows, width], rows = batch · length in sequence order;
 * `positions` i64 [batch, length]; `cos`, `sin` (and `localCos`, `localSin`) f32 [length, rotated/2] where the family rotates; `keep`, `fill` f32
 * [to − from, conditions, width] and `condition` i64 [batch]: after each block a sequence's stream is multiplied by its
 * condition's `keep`, and its `fill` added; `pool` f32 [1 or batch, rows, length], weights of a sequence's tokens in
 * every row of the taps (one-hot for one token, 1/length for the mean, ones for the sum).
 * Outputs: `after` f32 [rows, width], the stream behind the last block, and `taps` f32 [taps · batch, rows, width], the
 * pooled stream behind the embedding (from block 0) and behind every block.
 */
export function buildBlocks(model: ArchitectureModel, weights: Weights, range: Range): EncodedGraph {
  const { width } = model.sizes;
  const graph = new Graph(`blocks ${range.from}-${range.to - 1}`);
  const first = range.from === 0;
  const entry = first
    ? graph.input('ids', ElementType.INT32, ['rows'])
    : graph.input('stream', ElementType.FLOAT, ['rows', width]);
  const around = surroundings(graph, model);
  const ablate = ablation(graph, range, width, around);
  const pool = graph.input('pool', ElementType.FLOAT, ['pools', 'picked', 'length']);
  const tap = (stream: Value): Value =>
    graph.node('MatMul', [pool, graph.node('Reshape', [stream, around.sequenceShape])]);

  let stream = first ? model.embed(graph, weights, entry, around) : entry;
  const taps = first ? [tap(stream)] : [];
  for (let index = range.from; index < range.to; index += 1) {
    stream = ablate(index, model.runBlock(graph, weights, index, stream, around));
    taps.push(tap(stream));
  }
  graph.output('after', stream, ['rows', width]);
  graph.output('taps', graph.node('Concat', taps, { axis: int(0) }), ['taps', 'picked', width]);
  return graph.encode();
}

/**
 * Tokens whose probabilities are summed at once. A float32 sum over a whole vocabulary (49,152) is off by 5e-6 nats per
 * token, always to one side; slices of fixed width, joined in float64, are not, and give one number however the head is cut.
 */
export const SLICE = 2048;

/** The slices of `range`. */
export function slicesOf(range: Range): Range[] {
  return Array.from({ length: Math.ceil((range.to - range.from) / SLICE) }, (_, i) => ({
    from: range.from + i * SLICE,
    to: Math.min(range.to, range.from + (i + 1) * SLICE),
  }));
}

/**
 * The graph of the final norm and rows `from`…`to − 1` of the unembedding, slice by slice.
 *
 * Inputs: `stream` f32 [rows, width]; `targets` i64 [rows, 1], token ids.
 * Outputs, f32 [rows, slices]: `logit` of the target, and `logProbability` of it among the slice's tokens alone; both
 * are those of the slice's nearest token where the target is not in it.
 */
export function buildHead(model: ArchitectureModel, weights: Weights, range: Range): EncodedGraph {
  const graph = new Graph(`head ${range.from}-${range.to - 1}`);
  const stream = graph.input('stream', ElementType.FLOAT, ['rows', model.sizes.width]);
  const targets = graph.input('targets', ElementType.INT64, ['rows', 1]);
  const rows = model.norm(graph, weights, stream);
  const picked = slicesOf(range).map(({ from, to }) => {
    const logits = unembed(graph, model, weights, rows, { from, to });
    const local = graph.node('Sub', [targets, graph.integer(from)]);
    const nearest = graph.node('Clip', [local, graph.integer(0), graph.integer(to - from - 1)]);
    const pick = (values: Value): Value => graph.node('GatherElements', [values, nearest], { axis: int(1) });
    return { logit: pick(logits), logProbability: pick(graph.node('LogSoftmax', [logits], { axis: int(1) })) };
  });
  for (const name of ['logit', 'logProbability'] as const) {
    const columns = picked.map((slice) => slice[name]);
    graph.output(name, graph.node('Concat', columns, { axis: int(1) }), ['rows', picked.length]);
  }
  return graph.encode();
}

/**
 * The graph of the final norm and rows `from`…`to − 1` of the unembedding, whole.
 *
 * Input: `stream` f32 [rows, width]. Output: `logits` f32 [rows, to − from].
 */
export function buildLogits(model: ArchitectureModel, weights: Weights, range: Range): EncodedGraph {
  const { from, to } = range;
  const graph = new Graph(`logits ${from}-${to - 1}`);
  const stream = graph.input('stream', ElementType.FLOAT, ['rows', model.sizes.width]);
  const logits = unembed(graph, model, weights, model.norm(graph, weights, stream), range);
  graph.output('logits', logits, ['rows', to - from]);
  return graph.encode();
}

/** Logits f32 [rows, to − from] of normed rows. */
function unembed(graph: Graph, model: ArchitectureModel, weights: Weights, rows: Value, { from, to }: Range): Value {
  const inputs = [rows, graph.weight32(weights(model.unembedding.name), [from, to])];
  if (model.unembeddingBias !== undefined) {
    inputs.push(graph.weight32(weights(model.unembeddingBias.name), [from, to]));
  }
  const logits = graph.node('Gemm', inputs, { transB: int(1) });
  return model.logitCap === undefined ? logits : softCap(graph, logits, model.logitCap);
}

/** The ablation of every sequence's stream after a block, by its condition. */
function ablation(
  graph: Graph,
  range: Range,
  width: number,
  around: Surroundings,
): (index: number, stream: Value) => Value {
  const table = (name: string): Value =>
    graph.input(name, ElementType.FLOAT, [range.to - range.from, 'conditions', width]);
  const keep = table('keep');
  const fill = table('fill');
  const condition = graph.input('condition', ElementType.INT64, ['batch']);
  const each = graph.integers([1]);
  return (index, stream) => {
    const forBatch = (rows: Value): Value => {
      const ofBlock = graph.node('Gather', [rows, graph.integer(index - range.from)], { axis: int(0) });
      return graph.node('Unsqueeze', [graph.node('Gather', [ofBlock, condition], { axis: int(0) }), each]);
    };
    const sequences = graph.node('Reshape', [stream, around.sequenceShape]);
    const ablated = graph.node('Add', [graph.node('Mul', [sequences, forBatch(keep)]), forBatch(fill)]);
    return graph.node('Reshape', [ablated, graph.integers([-1, width])]);
  };
}

function surroundings(graph: Graph, model: ArchitectureModel): Surroundings {
  const positions = graph.input('positions', ElementType.INT64, ['batch', 'length']);
  const batchAndLength = graph.node('Shape', [positions]);
  const sequenceShape = graph.node('Concat', [batchAndLength, graph.integers([-1])], { axis: int(0) });
  const around = { positions, sequenceShape, masks: new Map<number, Value>() };
  if (model.rotaryWidth === undefined) return around;
  const table = (name: string): Value => graph.input(name, ElementType.FLOAT, ['length', model.rotaryWidth!]);
  const rotary = { cos: table('cos'), sin: table('sin') };
  if (model.localRotaryTables === undefined) return { ...around, rotary };
  return { ...around, rotary, localRotary: { cos: table('localCos'), sin: table('localSin') } };
}
