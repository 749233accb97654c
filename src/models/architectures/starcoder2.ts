import type { Architecture, ArchitectureModel, Sizes } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms, rotating } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, rotate, toSequences, windowMask } from './operators';
import { ropeOf } from './rope';
import { reaching } from './rotary-config';

/**
 * StarCoder2 (Lozhkov et al. 2024; Hugging Face `Starcoder2ForCausalLM`): LayerNorm, rotary positions, grouped queries,
 * a plain MLP with biases, attention to a sliding window where the config gives one.
 */
export const starcoder2: Architecture = {
  family: 'starcoder2',
  modelTypes: ['starcoder2'],
  models: 'StarCoder2',
  covered: {
    hidden_act: ['gelu_pytorch_tanh', 'silu'],
    use_bias: [true, false, null],
    sliding_window: ['number', null],
    tie_word_embeddings: [true, false, null],
    num_key_value_heads: ['number', null],
    rope: ['default'],
    rope_parameters: [null],
  },
  configure,
};

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const kvHeads = config.count('num_key_value_heads', 2);
  if (heads % kvHeads !== 0) throw config.unsupported('num_key_value_heads');
  const headWidth = config.has('head_dim')
    ? config.count('head_dim')
    : evenHeads(config, 'num_attention_heads', width, heads);
  if (headWidth % 2 !== 0) throw config.unsupported(config.has('head_dim') ? 'head_dim' : 'num_attention_heads');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads,
    headWidth,
    inner: config.count('intermediate_size'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 4096),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  config.refuseUnless({ partial_rotary_factor: [1] });
  const sizes = sizesOf(config);
  const { width, heads, kvHeads, headWidth, inner, vocabulary } = sizes;
  const epsilon = config.number('norm_epsilon', 1e-5);
  const bias = config.flag('use_bias', true);
  const activate = activationOf(config, 'hidden_act', 'gelu_pytorch_tanh');
  const rope = ropeOf(config, headWidth);
  const window = config.countOrNone('sliding_window', undefined);
  const table = matrix('model.embed_tokens', vocabulary, width);

  return {
    sizes: reaching(sizes, rope),
    prefix: 'model.',
    embedding: [table],
    block: (index) => {
      const at = `model.layers.${index}`;
      return [
        ...norms(`${at}.input_layernorm`, width),
        ...dense(`${at}.self_attn.q_proj`, heads * headWidth, width, bias),
        ...dense(`${at}.self_attn.k_proj`, kvHeads * headWidth, width, bias),
        ...dense(`${at}.self_attn.v_proj`, kvHeads * headWidth, width, bias),
        ...dense(`${at}.self_attn.o_proj`, width, heads * headWidth, bias),
        ...norms(`${at}.post_attention_layernorm`, width),
        ...dense(`${at}.mlp.c_fc`, inner, width, bias),
        ...dense(`${at}.mlp.c_proj`, width, inner, bias),
      ];
    },
    finalNorm: norms('model.norm', width),
    unembedding: config.flag('tie_word_embeddings', true) ? table : matrix('lm_head', vocabulary, width),
    ...rotating(rope),

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.layers.${index}`;
      const normed = layerNorm(graph, weights, stream, `${at}.input_layernorm`, epsilon);
      const project = (name: string) =>
        toSequences(graph, linear(graph, weights, normed, `${at}.self_attn.${name}`, bias), around);
      const query = rotate(graph, project('q_proj'), heads, around);
      const key = rotate(graph, project('k_proj'), kvHeads, around);
      const mask = window === undefined ? undefined : windowMask(graph, window, around);
      const scale = 1 / Math.sqrt(headWidth);
      const attended = causalAttention(graph, query, key, project('v_proj'), sizes, scale, { mask });
      const middle = graph.node('Add', [stream, linear(graph, weights, attended, `${at}.self_attn.o_proj`, bias)]);

      const rows = layerNorm(graph, weights, middle, `${at}.post_attention_layernorm`, epsilon);
      const names = [`${at}.mlp.c_fc`, `${at}.mlp.c_proj`] as const;
      return graph.node('Add', [middle, feedForward(graph, weights, rows, names, { activate, bias })]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'model.norm', epsilon),
  };
}
