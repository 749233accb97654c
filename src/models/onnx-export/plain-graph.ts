import type { Attribute, NodeProto } from '../onnx-proto';
import type { ExportAttribute, ExportGraph, ExportNode, ExportTensor } from './read-model';

/** An operator of a graph: as it stands in the file, or made anew. */
export interface PlainNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, ExportAttribute>;
  /** Names that graphs inside the node read. */
  readonly inner: readonly string[];
  /** The NodeProto to write: bytes of the file, or a new one. */
  readonly written: Uint8Array | NodeProto;
}

/** A graph without fused sums and without a choice between two ways of running. */
export interface PlainGraph {
  /** Every node behind the nodes that it reads. */
  readonly nodes: readonly PlainNode[];
  readonly tensors: readonly ExportTensor[];
}

/**
 * The same computation with the two things undone that would hide the residual stream: ONNX Runtime's
 * `Skip(Simplified)LayerNormalization` becomes a sum and a norm, and the `If` of a merged decoder export the branch that
 * runs without a cache.
 */
export function plainGraph(graph: ExportGraph): PlainGraph {
  const nodes: PlainNode[] = [];
  const tensors = [...graph.tensors];
  const free = new Set(graph.inputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    const branch = cacheless(node, free);
    if (branch === undefined) {
      nodes.push(...unfused(node));
      continue;
    }
    tensors.push(...branch.tensors);
    nodes.push(...branch.nodes.flatMap(unfused));
    branch.outputs.forEach(({ name }, i) => {
      const output = node.outputs[i];
      if (output !== undefined && output !== '') nodes.push(made('Identity', [name], [output]));
    });
  }
  return { nodes, tensors };
}

/** A new node of the default operator set. */
export function made(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
): PlainNode {
  const kept = new Map(
    Object.entries(attributes).map(([name, { kind, value }]) => [name, { [kind]: value } as ExportAttribute]),
  );
  return { op, inputs, outputs, attributes: kept, inner: [], written: { op, inputs, outputs, attributes } };
}

/** Optimum's merged decoders choose by a graph input: `then` runs behind a cache, `else` from the start. */
function cacheless(node: ExportNode, free: ReadonlySet<string>): ExportGraph | undefined {
  if (node.op !== 'If' || !free.has(node.inputs[0]!)) return undefined;
  return node.attributes.get('else_branch')?.graph;
}

function unfused(node: ExportNode): PlainNode[] {
  const { op, inputs, outputs } = node;
  const simplified = op === 'SkipSimplifiedLayerNormalization';
  if (!simplified && op !== 'SkipLayerNormalization') return [{ ...node, written: node.bytes }];
  const [first = '', second = '', gamma = ''] = inputs;
  const beta = simplified ? '' : (inputs[3] ?? '');
  const bias = inputs[simplified ? 3 : 4] ?? '';
  const [normed = ''] = outputs;
  const sum = outputs[3] === undefined || outputs[3] === '' ? `${normed}/brainlens.sum` : outputs[3];
  const nodes: PlainNode[] = [];
  let branch = second;
  if (bias !== '') {
    branch = `${sum}/brainlens.bias`;
    nodes.push(made('Add', [second, bias], [branch]));
  }
  nodes.push(made('Add', [first, branch], [sum]));
  if (normed !== '') {
    nodes.push(
      made(
        simplified ? 'SimplifiedLayerNormalization' : 'LayerNormalization',
        [sum, gamma, ...(beta === '' ? [] : [beta])],
        [normed],
        {
          axis: { kind: 'int', value: -1 },
          epsilon: { kind: 'float', value: node.attributes.get('epsilon')?.float ?? 1e-12 },
        },
      ),
    );
  }
  return nodes;
}
