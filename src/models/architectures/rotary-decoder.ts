import { int } from '../graph';
import type { Graph, Value } from '../graph';
import type { ArchitectureModel, Parameter, Sizes, Surroundings, Weights } from './architecture';
import { causalAttention, linear, lookup, rmsNorm, rotate, toSequences, windowMask } from './operators';
import type { Activation } from './operators';
import type { Rope } from './rope';

/** The RMSNorms of a block, by the names of their tensors: before and after attention, before and after the MLP. */
export interface BlockNorms {
  readonly beforeAttention?: string;
  readonly afterAttention?: string;
  readonly beforeMlp?: string;
  readonly afterMlp?: string;
}

/**
 * What tells the families of Llama's kind apart: decoders of RMSNorm, rotary positions, grouped-query attention and a
 * gated MLP.
 */
export interface RotaryDesign {
  readonly sizes: Sizes;
  readonly tied: boolean;
  /** The padding token, whose embedding starts at zero. */
  readonly paddingId?: number | undefined;
  readonly epsilon: number;
  readonly norms: BlockNorms;
  /** Whether norms multiply by 1 + weight (Gemma) rather than by the weight. */
  readonly gainAboveOne?: boolean;
  /** An RMSNorm of queries and keys before they rotate: of every head by one weight, or of all heads together. */
  readonly queryKeyNorm?: 'each head' | 'all heads';
  readonly bias: { readonly queries: boolean; readonly output: boolean; readonly mlp: boolean };
  /** Whether query, key and value are one matrix, and gate and up another (Phi-3). */
  readonly fused?: boolean;
  readonly activate: Activation;
  /** Attention scores are q·k times this. */
  readonly scale: number;
  /** Attention scores s become cap · tanh(s / cap). */
  readonly scoreCap?: number | undefined;
  readonly logitCap?: number | undefined;
  /** The embedding is multiplied by this, in float32. */
  readonly embeddingScale?: number;
  /** How many tokens, itself included, a token of block `index` attends to; `undefined`: all. */
  windowOf(index: number): number | undefined;
  readonly rope: Rope;
  /** The rope of blocks with a window, where they have their own (Gemma 3). */
  readonly localRope?: Rope;
  readonly aliases?: ArchitectureModel['aliases'];
}

/** The model of a design, under Hugging Face's tensor names `model.layers.0.self_attn.q_proj`… */
export function rotaryDecoder(design: RotaryDesign): ArchitectureModel {
  const { sizes, rope, localRope } = design;
  const { vocabulary, width } = sizes;
  const table = { ...matrix('model.embed_tokens', vocabulary, width), zeroRow: design.paddingId };
  const norm = normOf(design);
  return {
    sizes,
    prefix: 'model.',
    ...(design.aliases !== undefined && { aliases: design.aliases }),
    embedding: [table],
    block: (index) => blockParameters(design, `model.layers.${index}`),
    finalNorm: [gain(design, 'model.norm', width)],
    unembedding: design.tied ? table : matrix('lm_head', vocabulary, width),
    ...(design.logitCap !== undefined && { logitCap: design.logitCap }),
    rotaryWidth: rope.columns,
    rotaryTables: (length) => rope.tables(length),
    ...(localRope !== undefined && { localRotaryTables: (length: number) => localRope.tables(length) }),
    ...(rope.steadyTo !== undefined && { steadyTo: rope.steadyTo }),

    embed: (graph, weights, ids) => {
      const rows = lookup(graph, weights, table.name, ids);
      return design.embeddingScale === undefined ? rows : graph.node('Mul', [rows, graph.float(design.embeddingScale)]);
    },
    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.layers.${index}`;
      const { norms } = design;
      const normed = (rows: Value, name: string | undefined): Value =>
        name === undefined ? rows : norm(graph, weights, rows, `${at}.${name}`);
      const window = design.windowOf(index);
      const attended = attention(design, graph, weights, normed(stream, norms.beforeAttention), `${at}.self_attn`, {
        around: localRope === undefined || window === undefined ? around : locally(around),
        window,
      });
      const middle = graph.node('Add', [stream, normed(attended, norms.afterAttention)]);
      const mixed = gatedMlp(design, graph, weights, normed(middle, norms.beforeMlp), `${at}.mlp`);
      return graph.node('Add', [middle, normed(mixed, norms.afterMlp)]);
    },
    norm: (graph, weights, rows) => norm(graph, weights, rows, 'model.norm'),
  };
}

interface Place {
  readonly around: Surroundings;
  readonly window: number | undefined;
}

function attention(
  design: RotaryDesign,
  graph: Graph,
  weights: Weights,
  rows: Value,
  at: string,
  { around, window }: Place,
): Value {
  const { sizes, bias, scale, scoreCap } = design;
  const { heads, kvHeads } = sizes;
  const [query, key, value] = projections(design, graph, weights, rows, at);
  const turned = (projected: Value, name: string, count: number): Value => {
    const normed = normedHeads(design, graph, weights, projected, { name: `${at}.${name}`, count });
    return rotate(graph, toSequences(graph, normed, around), count, around, rotatedOf(design));
  };
  const attended = causalAttention(
    graph,
    turned(query, 'q_norm', heads),
    turned(key, 'k_norm', kvHeads),
    toSequences(graph, value, around),
    sizes,
    scale,
    { mask: window === undefined ? undefined : windowMask(graph, window, around), cap: scoreCap },
  );
  return linear(graph, weights, attended, `${at}.o_proj`, bias.output);
}

/** Query, key and value, rows f32 [batch · length, heads · headWidth] each. */
function projections(
  { sizes, bias, fused }: RotaryDesign,
  graph: Graph,
  weights: Weights,
  rows: Value,
  at: string,
): readonly [Value, Value, Value] {
  if (fused !== true) {
    const project = (name: string): Value => linear(graph, weights, rows, `${at}.${name}`, bias.queries);
    return [project('q_proj'), project('k_proj'), project('v_proj')];
  }
  const { heads, kvHeads, headWidth } = sizes;
  const joint = linear(graph, weights, rows, `${at}.qkv_proj`, bias.queries);
  const widths = graph.integers([heads * headWidth, kvHeads * headWidth, kvHeads * headWidth]);
  const [query, key, value] = graph.split('Split', [joint, widths], 3, { axis: int(-1) });
  return [query!, key!, value!];
}

function normedHeads(
  design: RotaryDesign,
  graph: Graph,
  weights: Weights,
  rows: Value,
  { name, count }: { readonly name: string; readonly count: number },
): Value {
  if (design.queryKeyNorm === undefined) return rows;
  const norm = normOf(design);
  if (design.queryKeyNorm === 'all heads') return norm(graph, weights, rows, name);
  const { headWidth } = design.sizes;
  const each = graph.node('Reshape', [rows, graph.integers([-1, headWidth])]);
  return graph.node('Reshape', [norm(graph, weights, each, name), graph.integers([-1, count * headWidth])]);
}

function gatedMlp(
  { sizes, bias, fused, activate }: RotaryDesign,
  graph: Graph,
  weights: Weights,
  rows: Value,
  at: string,
): Value {
  const half = (name: string): Value => linear(graph, weights, rows, `${at}.${name}`, bias.mlp);
  const [gate, up] =
    fused === true
      ? graph.split('Split', [half('gate_up_proj'), graph.integers([sizes.inner, sizes.inner])], 2, { axis: int(-1) })
      : [half('gate_proj'), half('up_proj')];
  const hidden = graph.node('Mul', [activate(graph, gate!), up!]);
  return linear(graph, weights, hidden, `${at}.down_proj`, bias.mlp);
}

type Norm = (graph: Graph, weights: Weights, rows: Value, name: string) => Value;

function normOf({ epsilon, gainAboveOne }: RotaryDesign): Norm {
  return (graph, weights, rows, name) => rmsNorm(graph, weights, rows, name, epsilon, gainAboveOne);
}

/** The surroundings as a block with the local rope sees them. */
function locally({ localRotary, ...around }: Surroundings): Surroundings {
  return localRotary === undefined ? around : { ...around, rotary: localRotary };
}

/** Dimensions of a head that rotate; 0 where all do. */
function rotatedOf({ rope, sizes }: RotaryDesign): number {
  return 2 * rope.columns === sizes.headWidth ? 0 : 2 * rope.columns;
}

function blockParameters(design: RotaryDesign, at: string): Parameter[] {
  const { sizes, norms, bias, fused, queryKeyNorm } = design;
  const { width, heads, kvHeads, headWidth, inner } = sizes;
  const queries = heads * headWidth;
  const keys = kvHeads * headWidth;
  const attn = (name: string): string => `${at}.self_attn.${name}`;
  const mlp = (name: string): string => `${at}.mlp.${name}`;
  const projected =
    fused === true
      ? dense(attn('qkv_proj'), queries + 2 * keys, width, bias.queries)
      : [
          ...dense(attn('q_proj'), queries, width, bias.queries),
          ...dense(attn('k_proj'), keys, width, bias.queries),
          ...dense(attn('v_proj'), keys, width, bias.queries),
        ];
  const hidden =
    fused === true
      ? dense(mlp('gate_up_proj'), 2 * inner, width, bias.mlp)
      : [...dense(mlp('gate_proj'), inner, width, bias.mlp), ...dense(mlp('up_proj'), inner, width, bias.mlp)];
  const each = queryKeyNorm === 'each head';
  return [
    ...[norms.beforeAttention, norms.afterAttention, norms.beforeMlp, norms.afterMlp]
      .filter((name) => name !== undefined)
      .map((name) => gain(design, `${at}.${name}`, width)),
    ...projected,
    ...(queryKeyNorm === undefined
      ? []
      : [
          gain(design, attn('q_norm'), each ? headWidth : queries),
          gain(design, attn('k_norm'), each ? headWidth : keys),
        ]),
    ...dense(attn('o_proj'), width, queries, bias.output),
    ...hidden,
    ...dense(mlp('down_proj'), width, inner, bias.mlp),
  ];
}

function matrix(name: string, rows: number, columns: number): Parameter {
  return { name: `${name}.weight`, shape: [rows, columns], initial: 'normal' };
}

/** Weight of an RMSNorm, which multiplies by one at the start. */
function gain({ gainAboveOne }: RotaryDesign, name: string, width: number): Parameter {
  return { name: `${name}.weight`, shape: [width], initial: gainAboveOne === true ? 'zeros' : 'ones' };
}

function dense(name: string, out: number, columns: number, bias: boolean): Parameter[] {
  const weight = matrix(name, out, columns);
  return bias ? [weight, { name: `${name}.bias`, shape: [out], initial: 'zeros' }] : [weight];
}
