import type { GgufTensor } from './gguf-header';
import { readFactors } from './gguf-llama';
import type { GgufFacts } from './gguf-metadata';
import type { ArchitecturePlan, Arrangement } from './gguf-arrangement';
import { headDimension, linearFactor, refuseOtherSettings, refusePartialRotation } from './gguf-settings';

/** Sizes that the tensors' shapes follow from. */
interface Sizes {
  readonly width: number;
  readonly layers: number;
  readonly inner: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabulary: number;
}

/** How one architecture of Llama's kind departs from the others. */
interface Decoder {
  readonly architecture: string;
  readonly modelType: string;
  readonly className: string;
  readonly activation: string;
  /** Keys that `settings` reads. */
  readonly follows: readonly string[];
  /** Query, key and value in one tensor, and gate and up in one. */
  readonly fused?: boolean;
  /** Its config follows `rope.dimension_count`. */
  readonly rotatesParts?: boolean;
  readonly queryKeyNorms?: boolean;
  readonly queryKeyBiases?: boolean;
  /** The converter added 1 to the weights of norms (Gemma multiplies by 1 + weight). */
  readonly normsPlusOne?: boolean;
  /** Norms of the width of the stream: the file's name, Hugging Face's name. */
  readonly norms: readonly (readonly [string, string])[];
  /** Settings of Hugging Face's config beside those that all have. */
  settings(facts: GgufFacts, sizes: Sizes): Record<string, unknown>;
}

const LLAMA_NORMS = [
  ['attn_norm', 'input_layernorm'],
  ['ffn_norm', 'post_attention_layernorm'],
] as const;
const SANDWICH_NORMS = [
  ['attn_norm', 'input_layernorm'],
  ['post_attention_norm', 'post_attention_layernorm'],
  ['ffn_norm', 'pre_feedforward_layernorm'],
  ['post_ffw_norm', 'post_feedforward_layernorm'],
] as const;

const gemmaKind = { activation: 'gelu_pytorch_tanh', normsPlusOne: true } as const;

/** Gemma's largest models scale queries by another number than the width of a head, which no file says (as llama.cpp). */
function queryScale({ layers, width, heads, headDim }: Sizes, largest: number): number {
  return layers === largest ? width / heads : headDim;
}

const DECODERS: readonly Decoder[] = [
  {
    architecture: 'qwen2',
    modelType: 'qwen2',
    className: 'Qwen2ForCausalLM',
    activation: 'silu',
    queryKeyBiases: true,
    follows: [],
    norms: LLAMA_NORMS,
    settings: (facts) => qwenSettings(facts, 'qwen2'),
  },
  {
    architecture: 'qwen3',
    modelType: 'qwen3',
    className: 'Qwen3ForCausalLM',
    activation: 'silu',
    queryKeyNorms: true,
    follows: [],
    norms: LLAMA_NORMS,
    settings: (facts) => qwenSettings(facts, 'qwen3'),
  },
  {
    ...gemmaKind,
    architecture: 'gemma',
    modelType: 'gemma',
    className: 'GemmaForCausalLM',
    follows: [],
    norms: LLAMA_NORMS,
    settings: (facts) => ({ hidden_activation: 'gelu_pytorch_tanh', rope_theta: theta(facts, 'gemma', 10_000) }),
  },
  {
    ...gemmaKind,
    architecture: 'gemma2',
    modelType: 'gemma2',
    className: 'Gemma2ForCausalLM',
    follows: ['attention.sliding_window', 'attn_logit_softcapping', 'final_logit_softcapping'],
    norms: SANDWICH_NORMS,
    settings: (facts, sizes) => ({
      hidden_activation: 'gelu_pytorch_tanh',
      rope_theta: theta(facts, 'gemma2', 10_000),
      query_pre_attn_scalar: queryScale(sizes, 46),
      sliding_window: facts.optionalSize('gemma2.attention.sliding_window') ?? 4096,
      attn_logit_softcapping: facts.optionalNumber('gemma2.attn_logit_softcapping') ?? 50,
      final_logit_softcapping: facts.optionalNumber('gemma2.final_logit_softcapping') ?? 30,
    }),
  },
  {
    ...gemmaKind,
    architecture: 'gemma3',
    modelType: 'gemma3_text',
    className: 'Gemma3ForCausalLM',
    queryKeyNorms: true,
    follows: ['attention.sliding_window', 'final_logit_softcapping', 'rope.freq_base_swa'],
    norms: SANDWICH_NORMS,
    settings: (facts, sizes) => {
      const factor = linearFactor(facts, 'gemma3');
      return {
        hidden_activation: 'gelu_pytorch_tanh',
        rope_theta: theta(facts, 'gemma3', 1_000_000),
        rope_local_base_freq: facts.optionalNumber('gemma3.rope.freq_base_swa') ?? 10_000,
        rope_scaling: factor === 1 ? null : { rope_type: 'linear', factor },
        query_pre_attn_scalar: queryScale(sizes, 62),
        sliding_window: facts.size('gemma3.attention.sliding_window'),
        final_logit_softcapping: facts.optionalNumber('gemma3.final_logit_softcapping') ?? null,
        sliding_window_pattern: 6,
      };
    },
  },
  {
    architecture: 'phi3',
    modelType: 'phi3',
    className: 'Phi3ForCausalLM',
    activation: 'silu',
    fused: true,
    rotatesParts: true,
    follows: ['attention.sliding_window', 'rope.scaling.attn_factor'],
    norms: LLAMA_NORMS,
    settings: phi3Settings,
  },
];

function theta(facts: GgufFacts, architecture: string, fallback: number): number {
  return facts.optionalNumber(`${architecture}.rope.freq_base`) ?? fallback;
}

function qwenSettings(facts: GgufFacts, architecture: string): Record<string, unknown> {
  const at = (key: string): string => `${architecture}.rope.scaling.${key}`;
  const common = { rope_theta: theta(facts, architecture, 10_000), use_sliding_window: false };
  if (facts.optionalString(at('type')) === 'yarn') {
    const original = facts.size(at('original_context_length'));
    const factor = facts.number(at('factor'));
    return {
      ...common,
      rope_scaling: { rope_type: 'yarn', factor, original_max_position_embeddings: original },
    };
  }
  const factor = linearFactor(facts, architecture);
  return { ...common, rope_scaling: factor === 1 ? null : { rope_type: 'linear', factor } };
}

function phi3Settings(facts: GgufFacts, { headDim }: Sizes): Record<string, unknown> {
  const rotated = facts.optionalSize('phi3.rope.dimension_count') ?? headDim;
  const context = facts.size('phi3.context_length');
  const window = facts.optionalNumber('phi3.attention.sliding_window') ?? 0;
  const { tensors } = facts.header;
  const factors = (name: string): number[] => Array.from(readFactors(facts, facts.tensor(name, [rotated / 2])));
  const isLong = tensors.has(LONG) || tensors.has(SHORT);
  if (!isLong && linearFactor(facts, 'phi3') !== 1) throw facts.refused('a linear factor of phi3’s positions');
  const original = facts.optionalSize('phi3.rope.scaling.original_context_length') ?? context;
  const attention = facts.optionalNumber('phi3.rope.scaling.attn_factor');
  return {
    rope_theta: theta(facts, 'phi3', 10_000),
    partial_rotary_factor: rotated / headDim,
    sliding_window: window === 0 ? null : window,
    original_max_position_embeddings: original,
    rope_scaling: !isLong
      ? null
      : {
          type: 'longrope',
          long_factor: factors(LONG),
          short_factor: factors(SHORT),
          ...(attention !== undefined && attention > 0 && { attention_factor: attention }),
        },
  };
}

const LONG = 'rope_factors_long.weight';
const SHORT = 'rope_factors_short.weight';

/** Planners by `general.architecture`: GGUF files of Llama's kind in Hugging Face's terms. */
export const decoderPlanners: Readonly<Record<string, (facts: GgufFacts) => ArchitecturePlan>> = Object.fromEntries(
  DECODERS.map((decoder) => [decoder.architecture, (facts: GgufFacts) => planDecoder(facts, decoder)]),
);

function sizesOf(facts: GgufFacts, architecture: string): Sizes {
  const size = (key: string): number => facts.size(`${architecture}.${key}`);
  const width = size('embedding_length');
  const heads = size('attention.head_count');
  return {
    width,
    layers: size('block_count'),
    inner: size('feed_forward_length'),
    heads,
    kvHeads: facts.optionalSize(`${architecture}.attention.head_count_kv`) ?? heads,
    headDim: headDimension(facts, architecture, width, heads),
    vocabulary: facts.tensor('token_embd.weight').shape[0]!,
  };
}

function planDecoder(facts: GgufFacts, decoder: Decoder): ArchitecturePlan {
  const { architecture } = decoder;
  refuseOtherSettings(facts, architecture, decoder.follows);
  const sizes = sizesOf(facts, architecture);
  const { width, layers, inner, heads, kvHeads, headDim, vocabulary } = sizes;
  if (decoder.rotatesParts !== true) refusePartialRotation(facts, architecture, headDim);
  const tied = !facts.header.tensors.has('output.weight');
  const tensors = new Map<string, { source: GgufTensor; arrangement: Arrangement }>();
  const place = (name: string, source: GgufTensor, arrangement: Arrangement = { kind: 'plain' }) =>
    tensors.set(`${name}.weight`, { source, arrangement });
  const norm: Arrangement = { kind: decoder.normsPlusOne === true ? 'plus one' : 'plain' };

  place('model.embed_tokens', facts.tensor('token_embd.weight', [vocabulary, width]));
  place('model.norm', facts.tensor('output_norm.weight', [width]), norm);
  if (!tied) place('lm_head', facts.tensor('output.weight', [vocabulary, width]));
  for (let layer = 0; layer < layers; layer += 1) {
    const from = `blk.${layer}`;
    const to = `model.layers.${layer}`;
    for (const [source, target] of decoder.norms) {
      place(`${to}.${target}`, facts.tensor(`${from}.${source}.weight`, [width]), norm);
    }
    for (const [source, target, rows, columns] of linearsOf(decoder, sizes)) {
      place(`${to}.${target}`, facts.tensor(`${from}.${source}.weight`, [rows, columns]));
      if (decoder.queryKeyBiases !== true || !['attn_q', 'attn_k', 'attn_v'].includes(source)) continue;
      const bias = facts.tensor(`${from}.${source}.bias`, [rows]);
      tensors.set(`${to}.${target}.bias`, { source: bias, arrangement: { kind: 'plain' } });
    }
    if (decoder.queryKeyNorms !== true) continue;
    for (const name of ['q', 'k']) {
      place(`${to}.self_attn.${name}_norm`, facts.tensor(`${from}.attn_${name}_norm.weight`, [headDim]), norm);
    }
  }
  const config = {
    model_type: decoder.modelType,
    architectures: [decoder.className],
    hidden_act: decoder.activation,
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    ...(decoder.fused !== true && { head_dim: headDim }),
    rms_norm_eps: facts.number(`${architecture}.attention.layer_norm_rms_epsilon`),
    max_position_embeddings: facts.size(`${architecture}.context_length`),
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
    ...decoder.settings(facts, sizes),
  };
  return { config, tensors, consumed: [LONG, SHORT] };
}

/** The file's name, Hugging Face's name, rows, columns. */
type Linear = readonly [source: string, target: string, rows: number, columns: number];

function linearsOf({ fused }: Decoder, { width, inner, heads, kvHeads, headDim }: Sizes): readonly Linear[] {
  const queries = heads * headDim;
  const keys = kvHeads * headDim;
  const last = [
    ['attn_output', 'self_attn.o_proj', width, queries],
    ['ffn_down', 'mlp.down_proj', width, inner],
  ] as const;
  if (fused === true) {
    return [
      ['attn_qkv', 'self_attn.qkv_proj', queries + 2 * keys, width],
      ['ffn_up', 'mlp.gate_up_proj', 2 * inner, width],
      ...last,
    ];
  }
  return [
    ['attn_q', 'self_attn.q_proj', queries, width],
    ['attn_k', 'self_attn.k_proj', keys, width],
    ['attn_v', 'self_attn.v_proj', keys, width],
    ['ffn_gate', 'mlp.gate_proj', inner, width],
    ['ffn_up', 'mlp.up_proj', inner, width],
    ...last,
  ];
}
