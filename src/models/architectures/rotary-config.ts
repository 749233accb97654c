import type { Sizes } from './architecture';
import type { ModelConfig } from './config';
import type { Rope } from './rope';

/**
 * Settings of one family or another of Llama's kind that change the computation, with the values that do not; a family
 * leaves out those that it follows.
 */
const foreign: Readonly<Record<string, readonly unknown[]>> = {
  sliding_window: [],
  use_sliding_window: [false],
  partial_rotary_factor: [1],
  rope_interleaved: [false],
  attention_bias: [false],
  mlp_bias: [false],
  use_bias: [false],
  attn_logit_softcapping: [],
  final_logit_softcapping: [],
  query_pre_attn_scalar: [],
  attention_multiplier: [],
  embedding_multiplier: [1],
  residual_multiplier: [1],
  logits_scaling: [1],
  logit_scale: [1],
  clip_qkv: [],
  alibi: [false],
  qk_layernorm: [false],
  use_qk_norm: [false],
  no_rope_layers: [],
  attention_chunk_size: [],
  use_bidirectional_attention: [false],
  num_local_experts: [0, 1],
  num_experts: [0, 1],
};

/** Refuses, by name, settings of related families that this one does not follow. */
export function refuseForeign(config: ModelConfig, followed: readonly string[]): void {
  const others = Object.entries(foreign).filter(([name]) => !followed.includes(name));
  config.refuseUnless(Object.fromEntries(others));
  if (!followed.includes('layer_types') && config.texts('layer_types')?.some((type) => type !== 'full_attention')) {
    throw config.unsupported('layer_types', ['full_attention']);
  }
  if (!followed.includes('partial_rotary_factor')) {
    config.section('rope_parameters')?.refuseUnless({ partial_rotary_factor: [1] });
    config.section('rope_scaling')?.refuseUnless({ partial_rotary_factor: [1] });
  }
}

/** What a family takes where its config is silent; what is not listed must be given, or follows from the rest. */
export interface SizeDefaults {
  readonly layers?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly headWidth?: number;
  readonly inner?: number;
  readonly vocabulary?: number;
  readonly context?: number;
}

/** Sizes under the names that all families of Llama's kind share. */
export function sizesOf(config: ModelConfig, defaults: SizeDefaults = {}): Sizes {
  const width = config.count('hidden_size', defaults.width);
  const heads = config.count('num_attention_heads', defaults.heads);
  const kvHeads = config.countOrNone('num_key_value_heads', defaults.kvHeads ?? heads) ?? heads;
  const whole = config.has('head_dim') || defaults.headWidth !== undefined || width % heads === 0;
  if (!whole) throw config.unsupported('num_attention_heads');
  if (heads % kvHeads !== 0) throw config.unsupported('num_key_value_heads');
  const headWidth = config.count('head_dim', defaults.headWidth ?? width / heads);
  if (headWidth % 2 !== 0) throw config.unsupported('head_dim');
  return {
    layers: config.count('num_hidden_layers', defaults.layers),
    width,
    heads,
    kvHeads,
    headWidth,
    inner: config.count('intermediate_size', defaults.inner),
    vocabulary: config.count('vocab_size', defaults.vocabulary),
    context: config.count('max_position_embeddings', defaults.context ?? 2048),
  };
}

/** The sizes with the context that a rope scaling extends. */
export function reaching(sizes: Sizes, { reach }: Rope): Sizes {
  return reach === undefined ? sizes : { ...sizes, context: reach };
}

/** Llama's places of norms. */
export const preNorms = { beforeAttention: 'input_layernorm', beforeMlp: 'post_attention_layernorm' };

/** Gemma 2's: before and after both. */
export const sandwichNorms = {
  beforeAttention: 'input_layernorm',
  afterAttention: 'post_attention_layernorm',
  beforeMlp: 'pre_feedforward_layernorm',
  afterMlp: 'post_feedforward_layernorm',
};

/** Biases of one kind everywhere in attention, of another in the MLP. */
export function biases(attention: boolean, mlp = false): { queries: boolean; output: boolean; mlp: boolean } {
  return { queries: attention, output: attention, mlp };
}

const layerTypes = ['full_attention', 'sliding_attention'];

/**
 * The window of every block: `layer_types` where it is given, else the family's rule.
 * @param window `sliding_window`; a block that slides without one is refused
 * @param slides whether block `index` slides where `layer_types` is silent
 */
export function windows(
  config: ModelConfig,
  layers: number,
  window: number | undefined,
  slides: (index: number) => boolean,
): (index: number) => number | undefined {
  const types = config.texts('layer_types');
  const isKnown = types === undefined || (types.length === layers && types.every((type) => layerTypes.includes(type)));
  if (!isKnown) throw config.unsupported('layer_types', layerTypes);
  const sliding = Array.from({ length: layers }, (_, i) =>
    types === undefined ? slides(i) : types[i] === 'sliding_attention',
  );
  if (window === undefined && sliding.includes(true)) {
    throw types === undefined
      ? config.unsupported('sliding_window')
      : config.unsupported('layer_types', ['full_attention']);
  }
  return (index) => (sliding[index] === true ? window : undefined);
}
