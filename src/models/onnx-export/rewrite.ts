import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ElementType, encodeNode, encodeTensor, encodeValueInfo } from '../onnx-proto';
import type { NodeProto, TensorProto, ValueInfoProto } from '../onnx-proto';
import { floatType } from './float-type';
import { made } from './plain-graph';
import type { PlainGraph, PlainNode } from './plain-graph';
import type { ExportModel, ExportTensor, ExportValue } from './read-model';
import { LOGITS } from './stream';
import type { Stream } from './stream';

/** Names of what a rewritten graph takes beside the export's own inputs, and of what it gives. */
export const NAMES = {
  pool: 'brainlens.pool',
  keep: 'brainlens.keep',
  fill: 'brainlens.fill',
  condition: 'brainlens.condition',
  taps: 'brainlens.taps',
  logits: 'brainlens.logits',
} as const;

/** What a rewritten graph is asked for: the stream behind blocks `0`…`to − 1` and the embedding, or the logits. */
export type Purpose = { readonly taps: number } | 'logits';

/** An export as it is read: its graph undone of fusions, and where the stream runs in it. */
export interface Analysed {
  readonly model: ExportModel;
  readonly graph: PlainGraph;
  readonly stream: Stream;
  readonly width: number;
}

export interface Rewritten {
  readonly bytes: Uint8Array;
  /** The export's own inputs that this graph still reads. */
  readonly inputs: readonly ExportValue[];
}

/**
 * The export's graph for one purpose. Behind every block the stream x becomes x ⊙ keep + fill in float32, as in
 * `buildBlocks`; what the purpose does not need is left out.
 *
 * Further inputs: `keep`, `fill` f32 [layers, conditions, 1, width]; `condition` i64 [batch]; for taps `pool` f32
 * [1 or batch, picked, length]. Outputs: `taps` f32 [(1 + to) · batch, picked, width], the embedding first, or `logits`
 * f32 [batch, length, vocabulary].
 * @param place tensors whose bytes lie in other files, as ONNX Runtime is to find them
 */
export function rewrite(
  { model, graph, stream, width }: Analysed,
  purpose: Purpose,
  place: (tensor: ExportTensor) => Uint8Array,
): Rewritten {
  const type = floatType(stream.blocks[0]!, graph, model.graph.inputs);
  const indices = stream.blocks.map((_, layer) => scalar(indexName(layer), layer));
  const ends = new Map(stream.blocks.map((name, layer) => [name, layer]));
  const nodes = graph.nodes.flatMap((node) => {
    const layer = ends.get(node.outputs[0]!);
    return layer === undefined ? [node] : ablated(node, layer, type);
  });
  const output = purpose === 'logits' ? NAMES.logits : NAMES.taps;
  if (purpose === 'logits') nodes.push(widened(LOGITS, NAMES.logits));
  else nodes.push(...tapped([stream.embedding, ...stream.blocks.slice(0, purpose.taps)]));

  const kept = needed(nodes, output);
  const used = new Set(kept.flatMap(({ inputs, inner }) => [...inputs, ...inner]));
  const inputs = model.graph.inputs.filter(({ name }) => used.has(name));
  const table = (name: string): ValueInfoProto => {
    return { name, type: ElementType.FLOAT, dims: [stream.blocks.length, 'conditions', 1, width] };
  };
  const added: ValueInfoProto[] = [
    table(NAMES.keep),
    table(NAMES.fill),
    { name: NAMES.condition, type: ElementType.INT64, dims: ['batch'] },
    { name: NAMES.pool, type: ElementType.FLOAT, dims: ['pools', 'picked', 'length'] },
  ].filter(({ name }) => used.has(name));
  const bytes = encode(model, {
    nodes: kept,
    tensors: [
      ...graph.tensors.filter(({ name }) => used.has(name)).map(place),
      ...indices.filter(({ name }) => used.has(name)).map(encodeTensor),
    ],
    inputs: [...inputs.map((input) => input.bytes), ...added.map(encodeValueInfo)],
    output: { name: output, type: ElementType.FLOAT, dims: ['rows', 'tokens', 'columns'] },
  });
  return { bytes, inputs: inputs.filter(({ name }) => !graph.tensors.some((tensor) => tensor.name === name)) };
}

/** The sum that ends a block, and the ablation of it, which takes its name. */
function ablated(sum: PlainNode, layer: number, type: number): PlainNode[] {
  const [stream = ''] = sum.outputs;
  const value = (part: string): string => `${stream}/brainlens.${part}`;
  const ofCondition = (table: string, part: string): PlainNode[] => [
    made('Gather', [table, indexName(layer)], [value(`${part}.block`)]),
    made('Gather', [value(`${part}.block`), NAMES.condition], [value(part)]),
  ];
  const wide = type === ElementType.FLOAT ? value('sum') : value('wide');
  const result = type === ElementType.FLOAT ? stream : value('ablated');
  return [
    made('Add', sum.inputs, [value('sum')]),
    ...ofCondition(NAMES.keep, 'keep'),
    ...ofCondition(NAMES.fill, 'fill'),
    ...(type === ElementType.FLOAT ? [] : [widened(value('sum'), wide)]),
    made('Mul', [wide, value('keep')], [value('kept')]),
    made('Add', [value('kept'), value('fill')], [result]),
    ...(type === ElementType.FLOAT ? [] : [cast(result, stream, type)]),
  ];
}

function tapped(streams: readonly string[]): PlainNode[] {
  const taps = streams.map((_, i) => `${NAMES.taps}.${i}`);
  return [
    ...streams.flatMap((stream, i) => [
      widened(stream, `${taps[i]}.wide`),
      made('MatMul', [NAMES.pool, `${taps[i]}.wide`], [taps[i]!]),
    ]),
    made('Concat', taps, [NAMES.taps], { axis: { kind: 'int', value: 0 } }),
  ];
}

function widened(from: string, to: string): PlainNode {
  return cast(from, to, ElementType.FLOAT);
}

function cast(from: string, to: string, type: number): PlainNode {
  return made('Cast', [from], [to], { to: { kind: 'int', value: type } });
}

function indexName(layer: number): string {
  return `brainlens.block.${layer}`;
}

function scalar(name: string, value: number): TensorProto {
  const bytes = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
  return { name, type: ElementType.INT64, dims: [], data: { kind: 'raw', bytes } };
}

/** The nodes that `output` is computed from, in their order. */
function needed(nodes: readonly PlainNode[], output: string): PlainNode[] {
  const names = new Set([output]);
  const kept: PlainNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => names.has(name))) continue;
    kept.push(node);
    for (const name of [...node.inputs, ...node.inner]) names.add(name);
  }
  return kept.reverse();
}

interface Parts {
  readonly nodes: readonly PlainNode[];
  readonly tensors: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly output: ValueInfoProto;
}

/** The ModelProto: weights are copied as they are, once. */
function encode(model: ExportModel, { nodes, tensors, inputs, output }: Parts): Uint8Array {
  const fields: Uint8Array[] = [...model.graph.rest];
  const add = (field: number, bytes: Uint8Array): void => void fields.push(header(field, bytes.length), bytes);
  for (const { written } of nodes) add(1, written instanceof Uint8Array ? written : encodeNode(written as NodeProto));
  for (const tensor of tensors) add(5, tensor);
  for (const input of inputs) add(11, input);
  add(12, encodeValueInfo(output));
  const graph = header(
    7,
    fields.reduce((sum, { length }) => sum + length, 0),
  );
  return Buffer.concat([...model.rest, graph, ...fields]);
}

/** Tag and length of a field that is a message. */
function header(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
}
