import type { Architecture, ArchitectureModel, Parameter, Sizes } from './architecture';
import type { ModelConfig } from './config';
import { int } from '../graph';
import { activationOf, causalAttention, conv1d, layerNorm, lookup, toSequences } from './operators';

/**
 * GPT-2 (Radford et al. 2019; Hugging Face `GPT2LMHeadModel`): pre-norm blocks with LayerNorm, learned positions and
 * weights stored [in, out] (`Conv1D`). `reorder_and_upcast_attn` only concerns half precision and changes nothing in float32.
 */
export const gpt2: Architecture = {
  family: 'gpt2',
  modelTypes: ['gpt2'],
  models: 'GPT-2, DistilGPT-2, Cerebras-GPT',
  covered: {
    activation_function: ['gelu_new', 'gelu', 'relu'],
    scale_attn_weights: [true, false, null],
    scale_attn_by_inverse_layer_idx: [true, false, null],
    n_inner: ['number', null],
    tie_word_embeddings: [true, false, null],
  },
  configure,
};

const lastAxis = { axis: int(-1) };

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('n_embd', 768);
  const heads = config.count('n_head', 12);
  if (width % heads !== 0) throw config.unsupported('n_head');
  return {
    layers: config.count('n_layer', 12),
    width,
    heads,
    kvHeads: heads,
    headWidth: width / heads,
    inner: config.count('n_inner', 4 * width),
    vocabulary: config.count('vocab_size'),
    context: config.count('n_positions', 1024),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  config.refuseUnless({ add_cross_attention: [false] });
  const sizes = sizesOf(config);
  const { width, headWidth, inner } = sizes;
  const epsilon = config.number('layer_norm_epsilon', 1e-5);
  const scaled = config.flag('scale_attn_weights', true);
  const scaledByDepth = config.flag('scale_attn_by_inverse_layer_idx', false);
  const activate = activationOf(config, 'activation_function', 'gelu_new');
  const scaleOf = (index: number): number => (scaled ? 1 / Math.sqrt(headWidth) : 1) / (scaledByDepth ? index + 1 : 1);
  const words: Parameter = { name: 'transformer.wte.weight', shape: [sizes.vocabulary, width], initial: 'normal' };
  const places: Parameter = { name: 'transformer.wpe.weight', shape: [sizes.context, width], initial: 'normal' };
  const tied = config.flag('tie_word_embeddings', true);

  return {
    sizes,
    prefix: 'transformer.',
    embedding: [words, places],
    block: (index) => {
      const at = `transformer.h.${index}`;
      return [
        ...norms(`${at}.ln_1`, width),
        ...dense(`${at}.attn.c_attn`, width, 3 * width, 'normal'),
        ...dense(`${at}.attn.c_proj`, width, width, 'residual'),
        ...norms(`${at}.ln_2`, width),
        ...dense(`${at}.mlp.c_fc`, width, inner, 'normal'),
        ...dense(`${at}.mlp.c_proj`, inner, width, 'residual'),
      ];
    },
    finalNorm: norms('transformer.ln_f', width),
    unembedding: tied ? words : { name: 'lm_head.weight', shape: words.shape, initial: 'normal' },
    rotaryWidth: undefined,
    rotaryTables: () => ({ cos: new Float32Array(), sin: new Float32Array() }),

    embed: (graph, weights, ids, around) => {
      const flat = graph.node('Reshape', [around.positions, graph.integers([-1])]);
      const at = lookup(graph, weights, places.name, flat);
      return graph.node('Add', [lookup(graph, weights, words.name, ids), at]);
    },

    runBlock: (graph, weights, index, stream, around) => {
      const at = `transformer.h.${index}`;
      const normed = layerNorm(graph, weights, stream, `${at}.ln_1`, epsilon);
      const joint = toSequences(graph, conv1d(graph, weights, normed, `${at}.attn.c_attn`), around);
      const [query, key, value] = graph.split('Split', [joint, graph.integers([width, width, width])], 3, lastAxis);
      const attended = causalAttention(graph, query!, key!, value!, sizes, scaleOf(index));
      const middle = graph.node('Add', [stream, conv1d(graph, weights, attended, `${at}.attn.c_proj`)]);

      const rows = layerNorm(graph, weights, middle, `${at}.ln_2`, epsilon);
      const hidden = activate(graph, conv1d(graph, weights, rows, `${at}.mlp.c_fc`));
      return graph.node('Add', [middle, conv1d(graph, weights, hidden, `${at}.mlp.c_proj`)]);
    },

    norm: (graph, weights, rows) => layerNorm(graph, weights, rows, 'transformer.ln_f', epsilon),
  };
}

function norms(name: string, width: number): Parameter[] {
  return [
    { name: `${name}.weight`, shape: [width], initial: 'ones' },
    { name: `${name}.bias`, shape: [width], initial: 'zeros' },
  ];
}

function dense(name: string, rows: number, columns: number, initial: Parameter['initial']): Parameter[] {
  return [
    { name: `${name}.weight`, shape: [rows, columns], initial },
    { name: `${name}.bias`, shape: [columns], initial: 'zeros' },
  ];
}
