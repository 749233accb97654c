import { UserError } from '../../shared/errors';
import type { PlainGraph, PlainNode } from './plain-graph';

/** The residual stream of a decoder graph: names of values [batch, length, width]. */
export interface Stream {
  /** What enters the first block. */
  readonly embedding: string;
  /** Behind each block. */
  readonly blocks: readonly string[];
}

export const IDS = 'input_ids';
export const LOGITS = 'logits';

/**
 * Finds the residual stream: it is what every path from the token ids to the logits passes, and it grows by sums of two
 * paths. A graph of L blocks has L such sums (attention and MLP side by side) or 2·L (one after the other); the stream
 * behind a block is its last one.
 * @param path the export's path, for messages
 * @throws UserError that lists what was looked for and what was found
 */
export function findStream({ nodes }: PlainGraph, layers: number, path: string): Stream {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  if (!producers.has(LOGITS)) throw notFound(path, layers, `the graph computes no value ${LOGITS}`);
  const passed = passedByAll(nodes);
  if (passed.length === 0) throw notFound(path, layers, `no path leads from ${IDS} to ${LOGITS}`);
  const reached = reachedFrom(nodes, IDS);
  const isSum = (name: string): boolean => {
    const node = producers.get(name);
    return node?.op === 'Add' && node.inputs.every((input) => reached.has(input));
  };
  const sums = passed.filter(isSum);
  const each = sums.length / layers;
  if (each !== 1 && each !== 2) {
    const shown = sums.length === 0 ? '' : ` (${sums.slice(0, 6).join(', ')}${sums.length > 6 ? ', …' : ''})`;
    throw notFound(path, layers, `there ${sums.length === 1 ? 'is' : 'are'} ${sums.length}${shown}`);
  }
  const before = (sum: string): string => passed[passed.indexOf(sum) - 1]!;
  sums.slice(1).forEach((sum, i) => {
    const from = unchanged(before(sum), producers);
    if (from === sums[i]) return;
    throw notFound(
      path,
      layers,
      `behind the sum ${sums[i]} all paths pass ${from} first: the blocks normalise their sum`,
    );
  });
  return { embedding: before(sums[0]!), blocks: sums.filter((_, i) => (i + 1) % each === 0) };
}

/**
 * Values that every path from the ids to the logits passes, in order. In a list where every value stands behind what it is
 * computed from, these are the ones that no step leads across.
 */
function passedByAll(nodes: readonly PlainNode[]): string[] {
  const reached = reachedFrom(nodes, IDS);
  const needed = new Set([LOGITS]);
  for (const node of nodes.toReversed()) {
    if (isAboutShape(node) || !node.outputs.some((name) => needed.has(name))) continue;
    for (const name of readBy(node)) if (reached.has(name)) needed.add(name);
  }
  const order = [
    IDS,
    ...nodes.flatMap(({ outputs }) => outputs.filter((name) => needed.has(name) && reached.has(name))),
  ];
  const place = new Map(order.map((name, i) => [name, i]));
  const furthest = new Int32Array(order.length);
  for (const node of nodes.filter((one) => !isAboutShape(one))) {
    const target = Math.max(-1, ...node.outputs.map((name) => place.get(name) ?? -1));
    for (const name of readBy(node)) {
      const from = place.get(name);
      if (from !== undefined) furthest[from] = Math.max(furthest[from]!, target);
    }
  }
  let reach = 0;
  return order.filter((_, i) => {
    const isPassed = reach <= i;
    reach = Math.max(reach, furthest[i]!);
    return isPassed && needed.has(IDS);
  });
}

/** Values that are computed from `source`'s elements, not only from its shape. */
function reachedFrom(nodes: readonly PlainNode[], source: string): Set<string> {
  const reached = new Set([source]);
  for (const node of nodes) {
    if (isAboutShape(node) || !readBy(node).some((name) => reached.has(name))) continue;
    for (const name of node.outputs) reached.add(name);
  }
  return reached;
}

function isAboutShape({ op }: PlainNode): boolean {
  return op === 'Shape' || op === 'Size';
}

function readBy({ inputs, inner }: PlainNode): readonly string[] {
  return [...inputs, ...inner];
}

/** The value that another is a copy of, in whatever precision. */
function unchanged(name: string, producers: ReadonlyMap<string, PlainNode>): string {
  const node = producers.get(name);
  return node?.op === 'Cast' || node?.op === 'Identity' ? unchanged(node.inputs[0]!, producers) : name;
}

function notFound(path: string, layers: number, found: string): UserError {
  return new UserError(
    `${path}: the residual stream cannot be found in the graph: ${found}`,
    `Looked for ${layers} or ${2 * layers} sums (Add, SkipLayerNormalization, SkipSimplifiedLayerNormalization) that every ` +
      `path from ${IDS} to ${LOGITS} passes, as config.json has ${layers} layers. Use the model’s safetensors weights.`,
  );
}
