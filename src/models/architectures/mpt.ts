import { int, string } from '../graph';
import type { Graph, Value } from '../graph';
import { biasedAttention, mptBias, mptSlopes } from './alibi';
import type { Architecture, ArchitectureModel, Parameter, Sizes } from './architecture';
import { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, unbiasedLayerNorm, still } from './layer-norm-blocks';
import { linear, lookup, toSequences } from './operators';

/**
 * MPT (MosaicML 2023; Hugging Face `MptForCausalLM`): attention with linear biases, no other positions, no bias
 * anywhere, query, key and value fused one after the other and clipped where the config says so.
 */
export const mpt: Architecture = {
  family: 'mpt',
  modelTypes: ['mpt'],
  models: 'MPT',
  covered: {
    attn_config: ['object', null],
    no_bias: [true],
    tie_word_embeddings: [true, false, null],
  },
  configure,
};

/** Settings of MosaicML's own code. Hugging Face's ignores them; with other values it computes another model. */
const neutral = {
  expansion_ratio: [4],
  no_bias: [true],
  embedding_fraction: [1],
  logit_scale: [],
  norm_type: ['low_precision_layernorm', 'layernorm'],
};
const neutralAttention = {
  attn_type: ['multihead_attention'],
  alibi: [true],
  alibi_bias_max: [8],
  qk_ln: [false],
  prefix_lm: [false],
  attn_uses_sequence_id: [false],
};

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('d_model');
  const heads = config.count('n_heads');
  return {
    layers: config.count('n_layers'),
    width,
    heads,
    kvHeads: heads,
    headWidth: evenHeads(config, 'n_heads', width, heads),
    inner: 4 * width,
    vocabulary: config.count('vocab_size'),
    context: config.count('max_seq_len', 2048),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  config.refuseUnless(neutral);
  const attention = config.section('attn_config') ?? new ModelConfig({}, config.path);
  attention.refuseUnless(neutralAttention);
  const sizes = sizesOf(config);
  const { width, heads, headWidth, inner, vocabulary } = sizes;
  const epsilon = config.number('layer_norm_epsilon', 1e-5);
  const scale = attention.number('softmax_scale', 1 / Math.sqrt(headWidth));
  const clip = attention.number('clip_qkv', 0);
  const slopes = mptSlopes(heads);
  const table = matrix('transformer.wte', vocabulary, width);

  return {
    sizes,
    prefix: 'transformer.',
    embedding: [table],
    block: (index) => {
      const at = `transformer.blocks.${index}`;
      return [
        norm(`${at}.norm_1`, width),
        ...dense(`${at}.attn.Wqkv`, 3 * width, width, false),
        ...dense(`${at}.attn.out_proj`, width, width, false),
        norm(`${at}.norm_2`, width),
        ...dense(`${at}.ffn.up_proj`, inner, width, false),
        ...dense(`${at}.ffn.down_proj`, width, inner, false),
      ];
    },
    finalNorm: [norm('transformer.norm_f', width)],
    unembedding: config.flag('tie_word_embeddings', true) ? table : matrix('lm_head', vocabulary, width),
    ...still,

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `transformer.blocks.${index}`;
      const normed = unbiasedLayerNorm(graph, weights, stream, `${at}.norm_1`, epsilon);
      const fused = linear(graph, weights, normed, `${at}.attn.Wqkv`, false);
      const within = clip === 0 ? fused : graph.node('Clip', [fused, graph.float(-clip), graph.float(clip)]);
      const cut = graph.integers([width, width, width]);
      const [query, key, value] = graph.split('Split', [toSequences(graph, within, around), cut], 3, { axis: int(-1) });
      const bias = mptBias(graph, slopes, around);
      const attended = biasedAttention(graph, [query!, key!, value!], bias, sizes, scale, around);
      const middle = graph.node('Add', [linear(graph, weights, attended, `${at}.attn.out_proj`, false), stream]);

      const rows = unbiasedLayerNorm(graph, weights, middle, `${at}.norm_2`, epsilon);
      const names = [`${at}.ffn.up_proj`, `${at}.ffn.down_proj`] as const;
      return graph.node('Add', [feedForward(graph, weights, rows, names, { activate, bias: false }), middle]);
    },

    norm: (graph, weights, rows) => unbiasedLayerNorm(graph, weights, rows, 'transformer.norm_f', epsilon),
  };
}

/** The exact GELU; MPT's config has no setting for it. */
function activate(graph: Graph, x: Value): Value {
  return graph.node('Gelu', [x], { approximate: string('none') });
}

function norm(name: string, width: number): Parameter {
  return { name: `${name}.weight`, shape: [width], initial: 'ones' };
}
