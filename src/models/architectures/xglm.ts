import { int } from '../graph';
import type { Architecture, ArchitectureModel, RotaryTables, Sizes } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, toSequences } from './operators';
import { rotaryTables } from './rope-tables';

/**
 * XGLM (Lin et al. 2022; Hugging Face `XGLMForCausalLM`): sinusoidal positions counted from 2, word vectors scaled by
 * √width, LayerNorm before attention and MLP.
 */
export const xglm: Architecture = {
  family: 'xglm',
  modelTypes: ['xglm'],
  models: 'XGLM',
  covered: {
    activation_function: ['gelu', 'relu'],
    scale_embedding: [true, false, null],
    pad_token_id: ['number', null],
    tie_word_embeddings: [true, false, null],
  },
  configure,
};

/** PyTorch's default; XGLM's config has no setting for it. */
const EPSILON = 1e-5;
/** Position 0 is row 2 of the sinusoids. */
const OFFSET = 2;

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('d_model');
  const heads = config.count('attention_heads');
  if (width % 2 !== 0 || width < 4) throw config.unsupported('d_model');
  return {
    layers: config.count('num_layers'),
    width,
    heads,
    kvHeads: heads,
    headWidth: evenHeads(config, 'attention_heads', width, heads),
    inner: config.count('ffn_dim'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

/** sin and cos of (position + 2) · 10000^(−i / (width/2 − 1)), f32 [length, width/2] each; the row of padding is zero. */
function sinusoids(width: number, padding: number, length: number): RotaryTables {
  const half = width / 2;
  const step = Math.fround(Math.log(10_000) / (half - 1));
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp(-Math.fround(i * step)));
  const { cos, sin } = rotaryTables(frequencies, length + OFFSET);
  for (const table of [cos, sin]) table.fill(0, padding * half, (padding + 1) * half);
  return { cos: cos.subarray(OFFSET * half), sin: sin.subarray(OFFSET * half) };
}

function configure(config: ModelConfig): ArchitectureModel {
  config.refuseUnless({ add_cross_attention: [false] });
  const sizes = sizesOf(config);
  const { width, headWidth, inner, vocabulary } = sizes;
  const scale = config.flag('scale_embedding', true) ? Math.sqrt(width) : 1;
  const padding = config.number('pad_token_id', 1);
  const activate = activationOf(config, 'activation_function', 'gelu');
  const table = matrix('model.embed_tokens', vocabulary, width);

  return {
    sizes,
    prefix: 'model.',
    embedding: [table],
    block: (index) => {
      const at = `model.layers.${index}`;
      return [
        ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) =>
          dense(`${at}.self_attn.${name}`, width, width, true),
        ),
        ...norms(`${at}.self_attn_layer_norm`, width),
        ...dense(`${at}.fc1`, inner, width, true),
        ...dense(`${at}.fc2`, width, inner, true),
        ...norms(`${at}.final_layer_norm`, width),
      ];
    },
    finalNorm: norms('model.layer_norm', width),
    unembedding: config.flag('tie_word_embeddings', true) ? table : matrix('lm_head', vocabulary, width),
    // Nothing rotates: the same tables, fed the same way, are added to the word vectors.
    rotaryWidth: width / 2,
    rotaryTables: (length) => sinusoids(width, padding, length),

    embed: (graph, weights, ids, around) => {
      if (around.rotary === undefined) throw new Error('xglm needs its sinusoids');
      const words = graph.node('Mul', [lookup(graph, weights, table.name, ids), graph.float(scale)]);
      const places = graph.node('Concat', [around.rotary.sin, around.rotary.cos], { axis: int(-1) });
      const flat = graph.node('Reshape', [around.positions, graph.integers([-1])]);
      return graph.node('Add', [words, graph.node('Gather', [places, flat])]);
    },

    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.layers.${index}`;
      const normed = layerNorm(graph, weights, stream, `${at}.self_attn_layer_norm`, EPSILON);
      const project = (name: string) =>
        toSequences(graph, linear(graph, weights, normed, `${at}.self_attn.${name}`, true), around);
      const [query, key, value] = [project('q_proj'), project('k_proj'), project('v_proj')];
      const attended = causalAttention(graph, query, key, value, sizes, 1 / Math.sqrt(headWidth));
      const mixed = linear(graph, weights, attended, `${at}.self_attn.out_proj`, true);
      const middle = graph.node('Add', [stream, mixed]);

      const rows = layerNorm(graph, weights, middle, `${at}.final_layer_norm`, EPSILON);
      const hidden = feedForward(graph, weights, rows, [`${at}.fc1`, `${at}.fc2`], { activate, bias: true });
      return graph.node('Add', [middle, hidden]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'model.layer_norm', EPSILON),
  };
}
