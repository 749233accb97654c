import { float, int } from '../graph';
import type { Graph, Value } from '../graph';
import type { ArchitectureModel, Parameter, Surroundings, Weights } from './architecture';
import type { ModelConfig } from './config';
import { linear, toSequences } from './operators';
import type { Rope } from './rope';

/** A matrix [rows, columns] under `name`.weight. */
export function matrix(name: string, rows: number, columns: number): Parameter {
  return { name: `${name}.weight`, shape: [rows, columns], initial: 'normal' };
}

/** Weight and bias of a LayerNorm. */
export function norms(name: string, width: number): Parameter[] {
  return [
    { name: `${name}.weight`, shape: [width], initial: 'ones' },
    { name: `${name}.bias`, shape: [width], initial: 'zeros' },
  ];
}

/** A linear map [out, columns], with or without a bias. */
export function dense(name: string, out: number, columns: number, bias: boolean): Parameter[] {
  const weight = matrix(name, out, columns);
  return bias ? [weight, { name: `${name}.bias`, shape: [out], initial: 'zeros' }] : [weight];
}

/** LayerNorm over the last axis without weight and bias. */
export function plainLayerNorm(graph: Graph, rows: Value, width: number, epsilon: number): Value {
  const ones = graph.floats(new Float32Array(width).fill(1), [width]);
  return graph.node('LayerNormalization', [rows, ones], { epsilon: float(epsilon), axis: int(-1) });
}

/** LayerNorm over the last axis with a weight and no bias. */
export function unbiasedLayerNorm(graph: Graph, weights: Weights, rows: Value, name: string, epsilon: number): Value {
  const inputs = [rows, graph.weight32(weights(`${name}.weight`))];
  return graph.node('LayerNormalization', inputs, { epsilon: float(epsilon), axis: int(-1) });
}

/** second(activate(first(rows))): the MLP of two linear maps. */
export function feedForward(
  graph: Graph,
  weights: Weights,
  rows: Value,
  [first, second]: readonly [string, string],
  { activate, bias }: { readonly activate: (graph: Graph, x: Value) => Value; readonly bias: boolean },
): Value {
  return linear(graph, weights, activate(graph, linear(graph, weights, rows, first, bias)), second, bias);
}

/**
 * Cuts the product of a fused projection, rows f32 [batch · length, groups · Σ parts · headWidth] whose columns run
 * group by group and in each part by part, into sequences f32 [batch, length, groups · part · headWidth], one per part.
 * @param parts heads of a group that belong to query, key, value
 */
export function splitHeads(
  graph: Graph,
  rows: Value,
  groups: number,
  parts: readonly number[],
  headWidth: number,
  around: Surroundings,
): Value[] {
  const heads = parts.reduce((sum, part) => sum + part, 0);
  const grouped = graph.node('Reshape', [rows, graph.integers([-1, groups, heads * headWidth])]);
  const widths = graph.integers(parts.map((part) => part * headWidth));
  return graph
    .split('Split', [grouped, widths], parts.length, { axis: int(2) })
    .map((part) => toSequences(graph, part, around));
}

/** What a model without rotary positions says of them. */
export const still: Pick<ArchitectureModel, 'rotaryWidth' | 'rotaryTables'> = {
  rotaryWidth: undefined,
  rotaryTables: () => ({ cos: new Float32Array(), sin: new Float32Array() }),
};

/** What a model says of its rotary positions. */
export function rotating(rope: Rope): Pick<ArchitectureModel, 'rotaryWidth' | 'rotaryTables' | 'steadyTo'> {
  return {
    rotaryWidth: rope.columns,
    rotaryTables: (length) => rope.tables(length),
    ...(rope.steadyTo !== undefined && { steadyTo: rope.steadyTo }),
  };
}

/** Width of a head: `hidden` / `heads`, refused by name where that is no whole number. */
export function evenHeads(config: ModelConfig, name: string, width: number, heads: number): number {
  if (width % heads !== 0) throw config.unsupported(name);
  return width / heads;
}

/** Dimensions of a head that rotate, ⌊headWidth · share⌋ as Hugging Face counts them; an odd or empty part is refused by name. */
export function rotatedPart(config: ModelConfig, name: string, headWidth: number, share: number): number {
  const rotated = Math.trunc(headWidth * share);
  if (rotated <= 0 || rotated > headWidth || rotated % 2 !== 0) throw config.unsupported(name);
  return rotated;
}
