import type { Graph, Value } from '../graph';
import type { Architecture, ArchitectureModel, Parameter, Sizes, Weights } from './architecture';
import type { ModelConfig } from './config';
import { dense, evenHeads, feedForward, matrix, norms, plainLayerNorm, still } from './layer-norm-blocks';
import { activationOf, causalAttention, layerNorm, linear, lookup, toSequences } from './operators';

/**
 * OPT (Zhang et al. 2022; Hugging Face `OPTForCausalLM`), Galactica among them: learned positions two rows into their
 * table, LayerNorm before attention and MLP, or behind the residual sum (OPT-350m, whose word vectors are narrower than
 * the stream and are projected into it and out of it again).
 */
export const opt: Architecture = {
  family: 'opt',
  modelTypes: ['opt'],
  models: 'OPT, Galactica',
  covered: {
    activation_function: ['relu', 'gelu', null],
    enable_bias: [true, false, null],
    do_layer_norm_before: [true, false, null],
    layer_norm_elementwise_affine: [true, false, null],
    _remove_final_layer_norm: [true, false, null],
    tie_word_embeddings: [true, false, null],
    word_embed_proj_dim: ['number', null],
  },
  configure,
};

/** PyTorch's default; OPT's config has no setting for it. */
const EPSILON = 1e-5;
/** The first rows of the table of positions belong to padding. */
const OFFSET = 2;

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads: heads,
    headWidth: evenHeads(config, 'num_attention_heads', width, heads),
    inner: config.count('ffn_dim'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  const sizes = sizesOf(config);
  const { width, headWidth, inner, vocabulary, context } = sizes;
  const wordWidth = config.count('word_embed_proj_dim', width);
  const bias = config.flag('enable_bias', true);
  const before = config.flag('do_layer_norm_before', true);
  const affine = config.flag('layer_norm_elementwise_affine', true);
  const endsNormed = before && !config.flag('_remove_final_layer_norm', false);
  const activate = activationOf(config, 'activation_function', 'relu');
  const words = matrix('model.decoder.embed_tokens', vocabulary, wordWidth);
  const places = matrix('model.decoder.embed_positions', context + OFFSET, width);
  const into = matrix('model.decoder.project_in', width, wordWidth);
  const outOf = matrix('model.decoder.project_out', wordWidth, width);
  const projects = wordWidth !== width;

  const normParameters = (name: string): Parameter[] => (affine ? norms(name, width) : []);
  const norm = (graph: Graph, weights: Weights, rows: Value, name: string): Value =>
    affine ? layerNorm(graph, weights, rows, name, EPSILON) : plainLayerNorm(graph, rows, width, EPSILON);
  /** The norm before a sublayer, or else the one behind it. */
  const normWhere = (isHere: boolean) => (isHere ? norm : (_: Graph, __: Weights, rows: Value) => rows);

  return {
    sizes,
    prefix: 'model.',
    embedding: [words, places, ...(projects ? [into] : [])],
    block: (index) => {
      const at = `model.decoder.layers.${index}`;
      return [
        ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) =>
          dense(`${at}.self_attn.${name}`, width, width, bias),
        ),
        ...normParameters(`${at}.self_attn_layer_norm`),
        ...dense(`${at}.fc1`, inner, width, bias),
        ...dense(`${at}.fc2`, width, inner, bias),
        ...normParameters(`${at}.final_layer_norm`),
      ];
    },
    finalNorm: [...(endsNormed ? normParameters('model.decoder.final_layer_norm') : []), ...(projects ? [outOf] : [])],
    unembedding: config.flag('tie_word_embeddings', true) ? words : matrix('lm_head', vocabulary, wordWidth),
    ...still,

    embed: (graph, weights, ids, around) => {
      const flat = graph.node('Reshape', [around.positions, graph.integers([-1])]);
      const rows = lookup(graph, weights, words.name, ids);
      const wide = projects ? linear(graph, weights, rows, 'model.decoder.project_in', false) : rows;
      const place = lookup(graph, weights, places.name, graph.node('Add', [flat, graph.integer(OFFSET)]));
      return graph.node('Add', [wide, place]);
    },

    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.decoder.layers.${index}`;
      const first = `${at}.self_attn_layer_norm`;
      const normed = normWhere(before)(graph, weights, stream, first);
      const project = (name: string): Value =>
        toSequences(graph, linear(graph, weights, normed, `${at}.self_attn.${name}`, bias), around);
      const [query, key, value] = [project('q_proj'), project('k_proj'), project('v_proj')];
      const attended = causalAttention(graph, query, key, value, sizes, 1 / Math.sqrt(headWidth));
      const mixed = linear(graph, weights, attended, `${at}.self_attn.out_proj`, bias);
      const middle = normWhere(!before)(graph, weights, graph.node('Add', [stream, mixed]), first);

      const second = `${at}.final_layer_norm`;
      const rows = normWhere(before)(graph, weights, middle, second);
      const hidden = feedForward(graph, weights, rows, [`${at}.fc1`, `${at}.fc2`], { activate, bias });
      return normWhere(!before)(graph, weights, graph.node('Add', [middle, hidden]), second);
    },

    norm: (graph, weights, rows) => {
      const even = endsNormed ? norm(graph, weights, rows, 'model.decoder.final_layer_norm') : rows;
      return projects ? linear(graph, weights, even, 'model.decoder.project_out', false) : even;
    },
  };
}
