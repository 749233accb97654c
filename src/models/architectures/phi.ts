import type { Graph, Value } from '../graph';
import type { Architecture, ArchitectureModel, Parameter, Sizes, Surroundings, Weights } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms, rotatedPart, rotating } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, rotate, toSequences } from './operators';
import { ropeOf } from './rope';
import { reaching } from './rotary-config';

/**
 * Phi-1, 1.5 and 2 (Li et al. 2023; Hugging Face `PhiForCausalLM`): one LayerNorm before attention and MLP side by side,
 * rotary positions on a part of each head, biases everywhere, also in the head.
 */
export const phi: Architecture = {
  family: 'phi',
  modelTypes: ['phi'],
  models: 'Phi-1, Phi-1.5, Phi-2',
  covered: {
    hidden_act: ['gelu_new', 'gelu'],
    qk_layernorm: [true, false, null],
    tie_word_embeddings: [true, false],
    num_key_value_heads: ['number', null],
    rope: ['default', 'yarn'],
    rope_parameters: [null],
  },
  configure,
};

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const kvHeads = config.count('num_key_value_heads', heads);
  if (heads % kvHeads !== 0) throw config.unsupported('num_key_value_heads');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads,
    headWidth: config.has('head_dim')
      ? config.count('head_dim')
      : evenHeads(config, 'num_attention_heads', width, heads),
    inner: config.count('intermediate_size'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  const sizes = sizesOf(config);
  const { width, heads, kvHeads, headWidth, inner, vocabulary } = sizes;
  const epsilon = config.number('layer_norm_eps', 1e-5);
  const normsHeads = config.flag('qk_layernorm', false);
  if (normsHeads && headWidth * heads !== width) throw config.unsupported('head_dim');
  const activate = activationOf(config, 'hidden_act', 'gelu_new');
  const newer = config.section('rope_parameters');
  const share = (newer?.has('partial_rotary_factor') === true ? newer : config).number('partial_rotary_factor', 0.5);
  const rotated = rotatedPart(config, 'partial_rotary_factor', headWidth, share);
  const rope = ropeOf(config, rotated);
  const table = matrix('model.embed_tokens', vocabulary, width);
  const headBias: Parameter = { name: 'lm_head.bias', shape: [vocabulary], initial: 'zeros' };

  /** Query or key of a block: projected, normed where the config says so, rotated. */
  const turned = (graph: Graph, weights: Weights, normed: Value, name: string, count: number, around: Surroundings) => {
    const projected = linear(graph, weights, normed, `${name}_proj`, true);
    if (!normsHeads) return rotate(graph, toSequences(graph, projected, around), count, around, rotated);
    const split = graph.node('Reshape', [projected, graph.integers([-1, headWidth])]);
    const even = layerNorm(graph, weights, split, `${name}_layernorm`, epsilon);
    return rotate(graph, toSequences(graph, even, around), count, around, rotated);
  };

  return {
    sizes: reaching(sizes, rope),
    prefix: 'model.',
    embedding: [table],
    block: (index) => {
      const at = `model.layers.${index}`;
      const headNorms = ['q', 'k'].flatMap((name) => norms(`${at}.self_attn.${name}_layernorm`, headWidth));
      return [
        ...norms(`${at}.input_layernorm`, width),
        ...dense(`${at}.self_attn.q_proj`, heads * headWidth, width, true),
        ...dense(`${at}.self_attn.k_proj`, kvHeads * headWidth, width, true),
        ...dense(`${at}.self_attn.v_proj`, kvHeads * headWidth, width, true),
        ...(normsHeads ? headNorms : []),
        ...dense(`${at}.self_attn.dense`, width, heads * headWidth, true),
        ...dense(`${at}.mlp.fc1`, inner, width, true),
        ...dense(`${at}.mlp.fc2`, width, inner, true),
      ];
    },
    finalNorm: norms('model.final_layernorm', width),
    unembedding: config.flag('tie_word_embeddings', false) ? table : matrix('lm_head', vocabulary, width),
    unembeddingBias: headBias,
    ...rotating(rope),

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.layers.${index}`;
      const normed = layerNorm(graph, weights, stream, `${at}.input_layernorm`, epsilon);
      const query = turned(graph, weights, normed, `${at}.self_attn.q`, heads, around);
      const key = turned(graph, weights, normed, `${at}.self_attn.k`, kvHeads, around);
      const value = toSequences(graph, linear(graph, weights, normed, `${at}.self_attn.v_proj`, true), around);
      const attended = causalAttention(graph, query, key, value, sizes, 1 / Math.sqrt(headWidth));
      const mixed = linear(graph, weights, attended, `${at}.self_attn.dense`, true);
      const names = [`${at}.mlp.fc1`, `${at}.mlp.fc2`] as const;
      const hidden = feedForward(graph, weights, normed, names, { activate, bias: true });
      return graph.node('Add', [graph.node('Add', [mixed, hidden]), stream]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'model.final_layernorm', epsilon),
  };
}
