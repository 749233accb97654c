import { openSync, closeSync, readSync } from 'node:fs';
import { dequantise } from './dequantise';
import type { GgufTensor } from './gguf-header';
import type { GgufFacts } from './gguf-metadata';
import type { ArchitecturePlan, Arrangement } from './gguf-arrangement';
import { headDimension, linearFactor, refuseOtherSettings, refusePartialRotation } from './gguf-settings';

/**
 * A GGUF of architecture `llama` in Hugging Face's terms. The query and key rows, stored interleaved for rotary pairs,
 * are to be put back into halves. Frequency factors (`rope_freqs.weight`, how llama 3's scaling is stored) become
 * `rope_scaling: { rope_type: 'gguf-factors', factors }`: inverse frequency i is divided by factors[i].
 */
export function planLlama(facts: GgufFacts): ArchitecturePlan {
  refuseOtherSettings(facts, 'llama', []);
  const width = facts.size('llama.embedding_length');
  const layers = facts.size('llama.block_count');
  const inner = facts.size('llama.feed_forward_length');
  const heads = facts.size('llama.attention.head_count');
  const kvHeads = facts.optionalSize('llama.attention.head_count_kv') ?? heads;
  const headDim = headDimension(facts, 'llama', width, heads);
  refusePartialRotation(facts, 'llama', headDim);
  const embedding = facts.tensor('token_embd.weight');
  const vocabulary = embedding.shape[0]!;
  const tied = !facts.header.tensors.has('output.weight');
  const tensors = new Map<string, { source: GgufTensor; arrangement: Arrangement }>();
  const place = (name: string, source: GgufTensor, arrangement: Arrangement = { kind: 'plain' }) =>
    tensors.set(name, { source, arrangement });
  const pairs: Arrangement = { kind: 'pairs', headDim };

  place('model.embed_tokens.weight', facts.tensor('token_embd.weight', [vocabulary, width]));
  place('model.norm.weight', facts.tensor('output_norm.weight', [width]));
  if (!tied) place('lm_head.weight', facts.tensor('output.weight', [vocabulary, width]));
  const linears: readonly (readonly [string, string, number, number, Arrangement?])[] = [
    ['attn_q', 'self_attn.q_proj', heads * headDim, width, pairs],
    ['attn_k', 'self_attn.k_proj', kvHeads * headDim, width, pairs],
    ['attn_v', 'self_attn.v_proj', kvHeads * headDim, width],
    ['attn_output', 'self_attn.o_proj', width, heads * headDim],
    ['ffn_gate', 'mlp.gate_proj', inner, width],
    ['ffn_up', 'mlp.up_proj', inner, width],
    ['ffn_down', 'mlp.down_proj', width, inner],
  ];
  const biases = new Set<string>();
  for (let layer = 0; layer < layers; layer += 1) {
    const from = `blk.${layer}`;
    const to = `model.layers.${layer}`;
    place(`${to}.input_layernorm.weight`, facts.tensor(`${from}.attn_norm.weight`, [width]));
    place(`${to}.post_attention_layernorm.weight`, facts.tensor(`${from}.ffn_norm.weight`, [width]));
    for (const [source, target, rows, columns, arrangement] of linears) {
      place(`${to}.${target}.weight`, facts.tensor(`${from}.${source}.weight`, [rows, columns]), arrangement);
      if (!facts.header.tensors.has(`${from}.${source}.bias`)) continue;
      place(`${to}.${target}.bias`, facts.tensor(`${from}.${source}.bias`, [rows]), arrangement);
      biases.add(source);
    }
  }
  const config = {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    rms_norm_eps: facts.number('llama.attention.layer_norm_rms_epsilon'),
    rope_theta: facts.optionalNumber('llama.rope.freq_base') ?? 10000,
    rope_scaling: ropeScaling(facts, headDim),
    max_position_embeddings: facts.size('llama.context_length'),
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
    attention_bias: ['attn_q', 'attn_k', 'attn_v', 'attn_output'].some((name) => biases.has(name)),
    mlp_bias: ['ffn_gate', 'ffn_up', 'ffn_down'].some((name) => biases.has(name)),
  };
  return { config, tensors, consumed: ['rope_freqs.weight'] };
}

function ropeScaling(facts: GgufFacts, headDim: number): Record<string, unknown> | null {
  const factor = linearFactor(facts, 'llama');
  const frequencies = facts.header.tensors.get('rope_freqs.weight');
  if (frequencies === undefined) return factor === 1 ? null : { rope_type: 'linear', type: 'linear', factor };
  const factors = readFactors(facts, facts.tensor('rope_freqs.weight', [headDim / 2]));
  return { rope_type: 'gguf-factors', factors: Array.from(factors, (value) => value * factor) };
}

/** Values of a small tensor, each a factor of a frequency. */
export function readFactors(facts: GgufFacts, tensor: GgufTensor): Float32Array {
  const bytes = new Uint8Array(tensor.bytes);
  const descriptor = openSync(facts.path, 'r');
  try {
    readSync(descriptor, bytes, 0, bytes.length, tensor.offset);
  } finally {
    closeSync(descriptor);
  }
  const factors = new Float32Array(tensor.elements);
  dequantise(tensor.type, bytes, factors);
  if (!factors.every((factor) => Number.isFinite(factor) && factor > 0))
    throw facts.refused(`a ${tensor.name} that is not positive`);
  return factors;
}
