import type { Architecture, ArchitectureModel, Parameter, Sizes } from './architecture';
import type { ModelConfig } from './config';
import { activationOf, causalAttention, linear, lookup, rmsNorm, rotate, toSequences } from './operators';
import { inverseFrequencies, rotaryTables } from './rope';

/** Settings that other families share a config class with and that would change the computation. */
const neutral = {
  sliding_window: [],
  partial_rotary_factor: [1],
  rope_interleaved: [false],
  attn_logit_softcapping: [],
  final_logit_softcapping: [],
  attention_multiplier: [],
  embedding_multiplier: [1],
  residual_multiplier: [1],
  logits_scaling: [1],
  qk_layernorm: [false],
  use_qk_norm: [false],
  no_rope_layers: [],
  num_local_experts: [0, 1],
};

/**
 * Llama (Touvron et al. 2023; Hugging Face `LlamaForCausalLM`): pre-norm blocks with RMSNorm, rotary positions,
 * grouped-query attention and a gated MLP.
 */
export const llama: Architecture = { family: 'llama', modelTypes: ['llama'], verified: true, configure };

function sizesOf(config: ModelConfig): Sizes {
  const width = config.count('hidden_size');
  const heads = config.count('num_attention_heads');
  const kvHeads = config.count('num_key_value_heads', heads);
  if (!config.has('head_dim') && width % heads !== 0) throw config.unsupported('num_attention_heads');
  if (heads % kvHeads !== 0) throw config.unsupported('num_key_value_heads');
  const headWidth = config.count('head_dim', width / heads);
  if (headWidth % 2 !== 0) throw config.unsupported('head_dim');
  return {
    layers: config.count('num_hidden_layers'),
    width,
    heads,
    kvHeads,
    headWidth,
    inner: config.count('intermediate_size'),
    vocabulary: config.count('vocab_size'),
    context: config.count('max_position_embeddings', 2048),
  };
}

function configure(config: ModelConfig): ArchitectureModel {
  config.refuseUnless(neutral);
  const sizes = sizesOf(config);
  const { width, heads, kvHeads, headWidth, inner, vocabulary } = sizes;
  const epsilon = config.number('rms_norm_eps', 1e-6);
  const attentionBias = config.flag('attention_bias', false);
  const mlpBias = config.flag('mlp_bias', false);
  const activate = activationOf(config, 'hidden_act', 'silu');
  const frequencies = inverseFrequencies(config, headWidth);
  const table = matrix('model.embed_tokens', vocabulary, width);
  const tied = config.flag('tie_word_embeddings', false);

  return {
    sizes,
    prefix: 'model.',
    embedding: [table],
    block: (index) => {
      const at = `model.layers.${index}`;
      return [
        ...norms(`${at}.input_layernorm`, width),
        ...dense(`${at}.self_attn.q_proj`, heads * headWidth, width, attentionBias),
        ...dense(`${at}.self_attn.k_proj`, kvHeads * headWidth, width, attentionBias),
        ...dense(`${at}.self_attn.v_proj`, kvHeads * headWidth, width, attentionBias),
        ...dense(`${at}.self_attn.o_proj`, width, heads * headWidth, attentionBias),
        ...norms(`${at}.post_attention_layernorm`, width),
        ...dense(`${at}.mlp.gate_proj`, inner, width, mlpBias),
        ...dense(`${at}.mlp.up_proj`, inner, width, mlpBias),
        ...dense(`${at}.mlp.down_proj`, width, inner, mlpBias),
      ];
    },
    finalNorm: norms('model.norm', width),
    unembedding: tied ? table : matrix('lm_head', vocabulary, width),
    rotaryWidth: headWidth / 2,
    rotaryTables: (length) => rotaryTables(frequencies, length),

    embed: (graph, weights, ids) => lookup(graph, weights, table.name, ids),

    runBlock: (graph, weights, index, stream, around) => {
      const at = `model.layers.${index}`;
      const normed = rmsNorm(graph, weights, stream, `${at}.input_layernorm`, epsilon);
      const project = (name: string) =>
        toSequences(graph, linear(graph, weights, normed, `${at}.self_attn.${name}`, attentionBias), around);
      const query = rotate(graph, project('q_proj'), heads, around);
      const key = rotate(graph, project('k_proj'), kvHeads, around);
      const attended = causalAttention(graph, query, key, project('v_proj'), sizes, 1 / Math.sqrt(headWidth));
      const mixed = linear(graph, weights, attended, `${at}.self_attn.o_proj`, attentionBias);
      const middle = graph.node('Add', [stream, mixed]);

      const rows = rmsNorm(graph, weights, middle, `${at}.post_attention_layernorm`, epsilon);
      const gate = activate(graph, linear(graph, weights, rows, `${at}.mlp.gate_proj`, mlpBias));
      const up = linear(graph, weights, rows, `${at}.mlp.up_proj`, mlpBias);
      const down = linear(graph, weights, graph.node('Mul', [gate, up]), `${at}.mlp.down_proj`, mlpBias);
      return graph.node('Add', [middle, down]);
    },

    norm: (graph, weights, rows) => rmsNorm(graph, weights, rows, 'model.norm', epsilon),
  };
}

function matrix(name: string, rows: number, columns: number): Parameter {
  return { name: `${name}.weight`, shape: [rows, columns], initial: 'normal' };
}

function norms(name: string, width: number): Parameter[] {
  return [{ name: `${name}.weight`, shape: [width], initial: 'ones' }];
}

function dense(name: string, out: number, columns: number, bias: boolean): Parameter[] {
  const weight = matrix(name, out, columns);
  return bias ? [weight, { name: `${name}.bias`, shape: [out], initial: 'zeros' }] : [weight];
}
