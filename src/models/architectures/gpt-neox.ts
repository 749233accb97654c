import type { Architecture, ArchitectureModel, Sizes } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms, rotatedPart, rotating, splitHeads } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, rotate } from './operators';
import { ropeOf, ropeSettings } from './rope';
import type { RopeSettings } from './rope';
import { reaching } from './rotary-config';

/**
 * GPT-NeoX (Black et al. 2022; Hugging Face `GPTNeoXForCausalLM`), Pythia among them: LayerNorm, rotary positions on a
 * part of each head, query, key and value fused head by head, attention and MLP side by side or one after the other.
 */
export const gptNeox: Architecture = {
  family: 'gpt_neox',
  modelTypes: ['gpt_neox'],
  models: 'GPT-NeoX, Pythia',
  covered: {
    hidden_act: ['gelu', 'gelu_new'],
    use_parallel_residual: [true, false, null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false],
    rope: ['default', 'linear', 'dynamic'],
    rope_parameters: [null],
  },
  configure,
};

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads: heads,
    headWidth: evenHeads(config, 'num_attention_heads', width, heads),
    inner: config.count('intermediate_size'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

/** The share of each head that rotates, and how: under names of its own, or inside the newer `rope_parameters`. */
function rotaryOf(config: ModelConfig): { readonly share: number; readonly settings: RopeSettings } {
  const newer = config.section('rope_parameters');
  const older = { share: config.number('rotary_pct', 0.25), theta: config.number('rotary_emb_base', 10_000) };
  const settings = ropeSettings(config);
  return {
    share: newer?.number('partial_rotary_factor', older.share) ?? older.share,
    settings: newer?.has('rope_theta') === true ? settings : { ...settings, theta: older.theta },
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  const sizes = sizesOf(config);
  const { width, heads, headWidth, inner, vocabulary } = sizes;
  config.refuseUnless({ head_dim: [headWidth] });
  const epsilon = config.number('layer_norm_eps', 1e-5);
  const attentionBias = config.flag('attention_bias', true);
  const parallel = config.flag('use_parallel_residual', true);
  const activate = activationOf(config, 'hidden_act', 'gelu');
  const { share, settings } = rotaryOf(config);
  const rotated = rotatedPart(config, 'rotary_pct', headWidth, share);
  const rope = ropeOf(config, rotated, settings);
  const table = matrix('gpt_neox.embed_in', vocabulary, width);

  return {
    sizes: reaching(sizes, rope),
    prefix: 'gpt_neox.',
    embedding: [table],
    block: (index) => {
      const at = `gpt_neox.layers.${index}`;
      return [
        ...norms(`${at}.input_layernorm`, width),
        ...dense(`${at}.attention.query_key_value`, 3 * width, width, attentionBias),
        ...dense(`${at}.attention.dense`, width, width, attentionBias),
        ...norms(`${at}.post_attention_layernorm`, width),
        ...dense(`${at}.mlp.dense_h_to_4h`, inner, width, true),
        ...dense(`${at}.mlp.dense_4h_to_h`, width, inner, true),
      ];
    },
    finalNorm: norms('gpt_neox.final_layer_norm', width),
    unembedding: config.flag('tie_word_embeddings', false) ? table : matrix('embed_out', vocabulary, width),
    ...rotating(rope),

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `gpt_neox.layers.${index}`;
      const normed = layerNorm(graph, weights, stream, `${at}.input_layernorm`, epsilon);
      const fused = linear(graph, weights, normed, `${at}.attention.query_key_value`, attentionBias);
      const [query, key, value] = splitHeads(graph, fused, heads, [1, 1, 1], headWidth, around);
      const turned = [query!, key!].map((sequences) => rotate(graph, sequences, heads, around, rotated));
      const attended = causalAttention(graph, turned[0]!, turned[1]!, value!, sizes, 1 / Math.sqrt(headWidth));
      const mixed = linear(graph, weights, attended, `${at}.attention.dense`, attentionBias);
      const middle = graph.node('Add', [mixed, stream]);

      const rows = layerNorm(graph, weights, parallel ? stream : middle, `${at}.post_attention_layernorm`, epsilon);
      const names = [`${at}.mlp.dense_h_to_4h`, `${at}.mlp.dense_4h_to_h`] as const;
      return graph.node('Add', [middle, feedForward(graph, weights, rows, names, { activate, bias: true })]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'gpt_neox.final_layer_norm', epsilon),
  };
}
