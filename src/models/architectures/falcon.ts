import type { Graph, Value } from '../graph';
import { biasedAttention, falconBias, falconSlopes, repeatHeads } from './alibi';
import type { Architecture, ArchitectureModel, Sizes, Surroundings } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms, rotating, splitHeads, still } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, rotate } from './operators';
import { ropeOf } from './rope';
import { reaching } from './rotary-config';

/**
 * Falcon (Almazrouei et al. 2023; Hugging Face `FalconForCausalLM`): the 7B kind (one key and value for all queries, or
 * one for each), the newer decoder (grouped keys, one norm or two), rotary positions or linear biases.
 */
export const falcon: Architecture = {
  family: 'falcon',
  modelTypes: ['falcon'],
  models: 'Falcon 7B, 11B, 40B, RW',
  covered: {
    activation: ['gelu', 'relu'],
    new_decoder_architecture: [true, false, null],
    multi_query: [true, false, null],
    parallel_attn: [true, false, null],
    alibi: [true, false, null],
    bias: [true, false, null],
    num_ln_in_parallel_attn: ['number', null],
    tie_word_embeddings: [true, false, null],
    rope: ['default', 'linear'],
    rope_parameters: [null],
  },
  configure,
};

/** Which norms a block has: one for both sublayers, one for each side by side, or one after the other. */
type Norms = 'shared' | 'two' | 'sequential';

function normsOf(config: ModelConfig): Norms {
  const newer = config.flag('new_decoder_architecture', false);
  const parallel = config.flag('parallel_attn', true);
  const count = config.count('num_ln_in_parallel_attn', newer ? 2 : 1);
  if (newer && !parallel) throw config.unsupported('parallel_attn');
  if (count > 2 || (count === 2 && !newer)) throw config.unsupported('num_ln_in_parallel_attn');
  if (!parallel) return 'sequential';
  return count === 2 ? 'two' : 'shared';
}

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const stated = config.count('num_kv_heads', heads);
  const newer = config.flag('new_decoder_architecture', false);
  const single = !newer && config.flag('multi_query', true);
  const fits = single || (newer ? heads % stated === 0 : stated === heads);
  if (!fits) throw config.unsupported('num_kv_heads');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads: single ? 1 : stated,
    headWidth: evenHeads(config, 'num_attention_heads', width, heads),
    inner: config.count('ffn_hidden_size', 4 * width),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  const sizes = sizesOf(config);
  const { width, heads, kvHeads, headWidth, inner, vocabulary } = sizes;
  config.refuseUnless({ head_dim: [headWidth], partial_rotary_factor: [1] });
  const kind = normsOf(config);
  const epsilon = config.number('layer_norm_epsilon', 1e-5);
  const bias = config.flag('bias', false);
  const alibi = config.flag('alibi', false);
  if (!alibi && headWidth % 2 !== 0) throw config.unsupported('num_attention_heads');
  const activate = activationOf(config, 'activation', 'gelu');
  const rope = alibi ? undefined : ropeOf(config, headWidth);
  const table = matrix('transformer.word_embeddings', vocabulary, width);
  const fusedWidth = (heads + 2 * kvHeads) * headWidth;
  const scale = 1 / Math.sqrt(headWidth);

  const attend = (graph: Graph, fused: Value, around: Surroundings): Value => {
    const parts = [heads / kvHeads, 1, 1];
    const [query, key, value] = splitHeads(graph, fused, kvHeads, parts, headWidth, around);
    if (rope !== undefined) {
      const turned = rotate(graph, key!, kvHeads, around);
      return causalAttention(graph, rotate(graph, query!, heads, around), turned, value!, sizes, scale);
    }
    const slopes = graph.node('Mul', [falconBias(graph, falconSlopes(heads), around), graph.float(scale)]);
    const all = [query!, repeatHeads(graph, key!, sizes), repeatHeads(graph, value!, sizes)] as const;
    return biasedAttention(graph, all, slopes, sizes, scale, around);
  };

  return {
    sizes: rope === undefined ? sizes : reaching(sizes, rope),
    prefix: 'transformer.',
    embedding: [table],
    block: (index) => {
      const at = `transformer.h.${index}`;
      const names = { shared: ['input_layernorm'], two: ['ln_attn', 'ln_mlp'] };
      const own = { ...names, sequential: ['input_layernorm', 'post_attention_layernorm'] }[kind];
      return [
        ...own.flatMap((name) => norms(`${at}.${name}`, width)),
        ...dense(`${at}.self_attention.query_key_value`, fusedWidth, width, bias),
        ...dense(`${at}.self_attention.dense`, width, width, bias),
        ...dense(`${at}.mlp.dense_h_to_4h`, inner, width, bias),
        ...dense(`${at}.mlp.dense_4h_to_h`, width, inner, bias),
      ];
    },
    finalNorm: norms('transformer.ln_f', width),
    unembedding: config.flag('tie_word_embeddings', true) ? table : matrix('lm_head', vocabulary, width),
    ...(rope === undefined ? still : rotating(rope)),

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `transformer.h.${index}`;
      const norm = (rows: Value, name: string): Value => layerNorm(graph, weights, rows, `${at}.${name}`, epsilon);
      const normed = norm(stream, kind === 'two' ? 'ln_attn' : 'input_layernorm');
      const fused = linear(graph, weights, normed, `${at}.self_attention.query_key_value`, bias);
      const attended = attend(graph, fused, around);
      const middle = graph.node('Add', [linear(graph, weights, attended, `${at}.self_attention.dense`, bias), stream]);
      const rows = {
        shared: () => normed,
        two: () => norm(stream, 'ln_mlp'),
        sequential: () => norm(middle, 'post_attention_layernorm'),
      }[kind]();
      const names = [`${at}.mlp.dense_h_to_4h`, `${at}.mlp.dense_4h_to_h`] as const;
      return graph.node('Add', [middle, feedForward(graph, weights, rows, names, { activate, bias })]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'transformer.ln_f', epsilon),
  };
}
