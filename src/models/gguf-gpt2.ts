import type { GgufTensor } from './gguf-header';
import type { GgufFacts } from './gguf-metadata';
import type { ArchitecturePlan, Arrangement } from './gguf-arrangement';

/** Keys that the config below is made from, and keys that change no number. */
const KNOWN_KEYS = new Set([
  'context_length',
  'embedding_length',
  'block_count',
  'feed_forward_length',
  'vocab_size',
  'attention.head_count',
  'attention.head_count_kv',
  'attention.layer_norm_epsilon',
  'attention.key_length',
  'attention.value_length',
]);

/**
 * A GGUF of architecture `gpt2` in Hugging Face's terms: the four linear maps of a block, stored [out, in], are to be
 * transposed back to Conv1D's [in, out].
 */
export function planGpt2(facts: GgufFacts): ArchitecturePlan {
  for (const key of facts.keysUnder('gpt2.')) if (!KNOWN_KEYS.has(key)) throw facts.refused(`the setting gpt2.${key}`);
  const width = facts.size('gpt2.embedding_length');
  const layers = facts.size('gpt2.block_count');
  const inner = facts.optionalSize('gpt2.feed_forward_length') ?? 4 * width;
  const heads = facts.size('gpt2.attention.head_count');
  refuseOtherHeads(facts, width, heads);
  const vocabulary = facts.tensor('token_embd.weight').shape[0]!;
  const positions = facts.tensor('position_embd.weight').shape[0]!;
  const tied = !facts.header.tensors.has('output.weight');
  const tensors = new Map<string, { source: GgufTensor; arrangement: Arrangement }>();
  const place = (name: string, source: GgufTensor, kind: 'plain' | 'transposed' = 'plain') =>
    tensors.set(name, { source, arrangement: { kind } });

  place('transformer.wte.weight', facts.tensor('token_embd.weight', [vocabulary, width]));
  place('transformer.wpe.weight', facts.tensor('position_embd.weight', [positions, width]));
  place('transformer.ln_f.weight', facts.tensor('output_norm.weight', [width]));
  place('transformer.ln_f.bias', facts.tensor('output_norm.bias', [width]));
  if (!tied) place('lm_head.weight', facts.tensor('output.weight', [vocabulary, width]));
  const linears: readonly (readonly [string, string, number, number])[] = [
    ['attn_qkv', 'attn.c_attn', 3 * width, width],
    ['attn_output', 'attn.c_proj', width, width],
    ['ffn_up', 'mlp.c_fc', inner, width],
    ['ffn_down', 'mlp.c_proj', width, inner],
  ];
  for (let layer = 0; layer < layers; layer += 1) {
    const from = `blk.${layer}`;
    const to = `transformer.h.${layer}`;
    for (const [source, target] of [
      ['attn_norm', 'ln_1'],
      ['ffn_norm', 'ln_2'],
    ] as const) {
      place(`${to}.${target}.weight`, facts.tensor(`${from}.${source}.weight`, [width]));
      place(`${to}.${target}.bias`, facts.tensor(`${from}.${source}.bias`, [width]));
    }
    for (const [source, target, rows, columns] of linears) {
      place(`${to}.${target}.weight`, facts.tensor(`${from}.${source}.weight`, [rows, columns]), 'transposed');
      place(`${to}.${target}.bias`, facts.tensor(`${from}.${source}.bias`, [rows]));
    }
  }
  const config = {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    activation_function: 'gelu_new',
    n_embd: width,
    n_layer: layers,
    n_head: heads,
    n_inner: inner,
    n_positions: positions,
    n_ctx: positions,
    vocab_size: vocabulary,
    layer_norm_epsilon: facts.number('gpt2.attention.layer_norm_epsilon'),
    tie_word_embeddings: tied,
    scale_attn_weights: true,
    scale_attn_by_inverse_layer_idx: false,
    reorder_and_upcast_attn: false,
  };
  return { config, tensors, consumed: [] };
}

function refuseOtherHeads(facts: GgufFacts, width: number, heads: number): void {
  const headDim = width / heads;
  if (!Number.isInteger(headDim)) throw facts.refused(`${heads} heads of a width of ${width}`);
  const others: readonly (readonly [string, number])[] = [
    ['attention.head_count_kv', heads],
    ['attention.key_length', headDim],
    ['attention.value_length', headDim],
  ];
  for (const [key, usual] of others) {
    const value = facts.optionalNumber(`gpt2.${key}`) ?? usual;
    if (value !== usual) throw facts.refused(`gpt2.${key} = ${value}`);
  }
}
