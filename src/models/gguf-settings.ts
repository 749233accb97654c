import type { GgufFacts } from './gguf-metadata';

/** Keys that configs are made from, and keys that change no number. */
const KNOWN_KEYS = new Set([
  'context_length',
  'embedding_length',
  'block_count',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.key_length',
  'attention.value_length',
  'attention.layer_norm_epsilon',
  'attention.layer_norm_rms_epsilon',
  'attention.causal',
  'attention.sliding_window',
  'rope.dimension_count',
  'rope.freq_base',
  'rope.scaling.type',
  'rope.scaling.factor',
  'rope.scaling.attn_factor',
  'rope.scaling.original_context_length',
  'rope.scaling.finetuned',
  'rope.scale_linear',
  'expert_count',
  'expert_used_count',
  'logit_scale',
  'residual_scale',
  'embedding_scale',
  'attention.scale',
  'attention.clamp_kqv',
  'attention.max_alibi_bias',
  'attn_logit_softcapping',
  'final_logit_softcapping',
  'use_parallel_residual',
  'pooling_type',
  'tensor_data_layout',
]);

/** Switches whose neutral values change nothing. */
const NEUTRAL: Readonly<Record<string, readonly unknown[]>> = {
  'attention.causal': [true],
  'attention.sliding_window': [0],
  'rope.scaling.attn_factor': [0, 1],
  expert_count: [0],
  expert_used_count: [0],
  logit_scale: [0, 1],
  residual_scale: [0, 1],
  embedding_scale: [0, 1],
  'attention.scale': [0],
  'attention.clamp_kqv': [0],
  'attention.max_alibi_bias': [0],
  attn_logit_softcapping: [0],
  final_logit_softcapping: [0],
  use_parallel_residual: [false],
  pooling_type: [0],
};

/**
 * Refuses, by name, settings that nobody knows, and switches that are on and that the architecture does not follow.
 * @param follows keys that the architecture's config is made from, whatever their value
 */
export function refuseOtherSettings(facts: GgufFacts, architecture: string, follows: readonly string[]): void {
  for (const key of facts.keysUnder(`${architecture}.`)) {
    if (follows.includes(key)) continue;
    const name = `${architecture}.${key}`;
    if (!KNOWN_KEYS.has(key)) throw facts.refused(`the setting ${name}`);
    const value = facts.header.metadata.get(name);
    const neutral = NEUTRAL[key];
    if (neutral !== undefined && !neutral.includes(value)) throw facts.refused(`${name} = ${String(value)}`);
  }
}

/** Width of a head: `attention.key_length`, else width / heads; values of another width are refused by name. */
export function headDimension(facts: GgufFacts, architecture: string, width: number, heads: number): number {
  const headDim = facts.optionalSize(`${architecture}.attention.key_length`) ?? width / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    throw facts.refused(`a head width of ${headDim} (width ${width}, ${heads} heads)`);
  const valueDim = facts.optionalSize(`${architecture}.attention.value_length`) ?? headDim;
  if (valueDim !== headDim)
    throw facts.refused(`${architecture}.attention.value_length = ${valueDim} beside keys of ${headDim}`);
  return headDim;
}

/** Refuses, by name, a rotation of a part of each head. */
export function refusePartialRotation(facts: GgufFacts, architecture: string, headDim: number): void {
  const rotated = facts.optionalSize(`${architecture}.rope.dimension_count`) ?? headDim;
  if (rotated !== headDim) throw facts.refused(`${architecture}.rope.dimension_count = ${rotated} of ${headDim}`);
}

/** What positions are divided by; a type of `none` switches a factor off, an absent type means linear (as llama.cpp). */
export function linearFactor(facts: GgufFacts, architecture: string): number {
  const at = (key: string): string => `${architecture}.rope.${key}`;
  const type = facts.optionalString(at('scaling.type')) ?? 'linear';
  if (type === 'none') return 1;
  if (type !== 'linear') throw facts.refused(`${at('scaling.type')} = ${type}`);
  const factor = facts.optionalNumber(at('scaling.factor')) ?? facts.optionalNumber(at('scale_linear')) ?? 1;
  return factor === 0 ? 1 : factor;
}
