import type { GgufTensor } from './gguf-header';
import type { GgufFacts } from './gguf-metadata';
import type { ArchitecturePlan, Arrangement } from './gguf-arrangement';
import { linearFactor, refuseOtherSettings, refusePartialRotation } from './gguf-settings';

type Placed = Map<string, { source: GgufTensor; arrangement: Arrangement }>;

/** The file's name, Hugging Face's name, shape of the weight, arrangement. */
type Part = readonly [source: string, target: string, shape: readonly number[], arrangement?: Arrangement];

/** Places weights, and biases where the file has them; every block must have the biases that the first has. */
function placer(facts: GgufFacts, tensors: Placed, from: string, to: string): (part: Part) => void {
  return ([source, target, shape, arrangement = { kind: 'plain' }]) => {
    const weight = facts.tensor(`${from}${source}.weight`, shape);
    tensors.set(`${to}${target}.weight`, { source: weight, arrangement });
    if (!facts.header.tensors.has(`${from}${source}.bias`)) return;
    const bias = facts.tensor(`${from}${source}.bias`, shape.slice(0, 1));
    tensors.set(`${to}${target}.bias`, { source: bias, arrangement });
  };
}

interface Sizes {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly inner: number;
  readonly vocabulary: number;
}

function sizesOf(facts: GgufFacts, architecture: string): Sizes {
  const size = (key: string): number => facts.size(`${architecture}.${key}`);
  const width = size('embedding_length');
  const heads = size('attention.head_count');
  if (width % heads !== 0) throw facts.refused(`${heads} heads of a width of ${width}`);
  const headDim = width / heads;
  for (const key of ['attention.key_length', 'attention.value_length']) {
    const other = facts.optionalSize(`${architecture}.${key}`) ?? headDim;
    if (other !== headDim) throw facts.refused(`${architecture}.${key} = ${other} of ${headDim}`);
  }
  return {
    width,
    layers: size('block_count'),
    heads,
    headDim,
    inner: facts.optionalSize(`${architecture}.feed_forward_length`) ?? 4 * width,
    vocabulary: facts.tensor('token_embd.weight').shape[0]!,
  };
}

function refuseOtherKeys(facts: GgufFacts, architecture: string, heads: number): void {
  const kvHeads = facts.optionalSize(`${architecture}.attention.head_count_kv`) ?? heads;
  if (kvHeads !== heads) throw facts.refused(`${architecture}.attention.head_count_kv = ${kvHeads}`);
}

/**
 * A GGUF of architecture `gptneox` (Pythia) in Hugging Face's terms: query, key and value, stored one after the other, go
 * back to each head. A file does not say the activation function (`gelu`), nor always θ (10,000).
 */
export function planGptNeox(facts: GgufFacts): ArchitecturePlan {
  refuseOtherSettings(facts, 'gptneox', ['use_parallel_residual']);
  const { width, layers, heads, headDim, inner, vocabulary } = sizesOf(facts, 'gptneox');
  refuseOtherKeys(facts, 'gptneox', heads);
  const factor = linearFactor(facts, 'gptneox');
  const rotated = facts.optionalSize('gptneox.rope.dimension_count') ?? headDim;
  const perHead: Arrangement = { kind: 'grouped', groups: heads, parts: [1, 1, 1], headDim };
  const tied = !facts.header.tensors.has('output.weight');
  const tensors: Placed = new Map();
  const place = placer(facts, tensors, '', '');
  place(['token_embd', 'gpt_neox.embed_in', [vocabulary, width]]);
  place(['output_norm', 'gpt_neox.final_layer_norm', [width]]);
  if (!tied) place(['output', 'embed_out', [vocabulary, width]]);
  for (let layer = 0; layer < layers; layer += 1) {
    const parts: readonly Part[] = [
      ['attn_norm', 'input_layernorm', [width]],
      ['ffn_norm', 'post_attention_layernorm', [width]],
      ['attn_qkv', 'attention.query_key_value', [3 * width, width], perHead],
      ['attn_output', 'attention.dense', [width, width]],
      ['ffn_up', 'mlp.dense_h_to_4h', [inner, width]],
      ['ffn_down', 'mlp.dense_4h_to_h', [width, inner]],
    ];
    parts.forEach(placer(facts, tensors, `blk.${layer}.`, `gpt_neox.layers.${layer}.`));
  }
  const config = {
    model_type: 'gpt_neox',
    architectures: ['GPTNeoXForCausalLM'],
    hidden_act: 'gelu',
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    layer_norm_eps: facts.number('gptneox.attention.layer_norm_epsilon'),
    rotary_pct: rotated / headDim,
    rotary_emb_base: facts.optionalNumber('gptneox.rope.freq_base') ?? 10_000,
    rope_scaling: factor === 1 ? null : { rope_type: 'linear', factor },
    use_parallel_residual: facts.optionalBoolean('gptneox.use_parallel_residual') ?? true,
    attention_bias: facts.header.tensors.has('blk.0.attn_qkv.bias'),
    max_position_embeddings: facts.size('gptneox.context_length'),
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
  };
  return { config, tensors, consumed: [] };
}

/**
 * A GGUF of architecture `falcon` in Hugging Face's terms: the 7B kind (one key and value for all queries) and the newer
 * decoder with two norms; queries, keys and values, stored one after the other, go back to their groups.
 */
export function planFalcon(facts: GgufFacts): ArchitecturePlan {
  refuseOtherSettings(facts, 'falcon', []);
  const { width, layers, heads, headDim, inner, vocabulary } = sizesOf(facts, 'falcon');
  const kvHeads = facts.optionalSize('falcon.attention.head_count_kv') ?? heads;
  if (heads % kvHeads !== 0) throw facts.refused(`falcon.attention.head_count_kv = ${kvHeads} of ${heads} heads`);
  const twoNorms = facts.header.tensors.has('blk.0.attn_norm_2.weight');
  // With other keys a file says neither whether positions rotate or bias attention, nor θ.
  if (kvHeads !== 1 && !twoNorms) throw facts.refused(`a falcon of ${kvHeads} keys with one norm per block`);
  refusePartialRotation(facts, 'falcon', headDim);
  const factor = linearFactor(facts, 'falcon');
  const groups: Arrangement = { kind: 'grouped', groups: kvHeads, parts: [heads / kvHeads, 1, 1], headDim };
  const tied = !facts.header.tensors.has('output.weight');
  const tensors: Placed = new Map();
  const place = placer(facts, tensors, '', '');
  place(['token_embd', 'transformer.word_embeddings', [vocabulary, width]]);
  place(['output_norm', 'transformer.ln_f', [width]]);
  if (!tied) place(['output', 'lm_head', [vocabulary, width]]);
  const norms: readonly Part[] = twoNorms
    ? [
        ['attn_norm', 'ln_mlp', [width]],
        ['attn_norm_2', 'ln_attn', [width]],
      ]
    : [['attn_norm', 'input_layernorm', [width]]];
  for (let layer = 0; layer < layers; layer += 1) {
    const parts: readonly Part[] = [
      ...norms,
      ['attn_qkv', 'self_attention.query_key_value', [(heads + 2 * kvHeads) * headDim, width], groups],
      ['attn_output', 'self_attention.dense', [width, width]],
      ['ffn_up', 'mlp.dense_h_to_4h', [inner, width]],
      ['ffn_down', 'mlp.dense_4h_to_h', [width, inner]],
    ];
    parts.forEach(placer(facts, tensors, `blk.${layer}.`, `transformer.h.${layer}.`));
  }
  const config = {
    model_type: 'falcon',
    architectures: ['FalconForCausalLM'],
    activation: 'gelu',
    hidden_size: width,
    ffn_hidden_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_kv_heads: kvHeads,
    new_decoder_architecture: twoNorms,
    multi_query: kvHeads === 1,
    num_ln_in_parallel_attn: twoNorms ? 2 : 1,
    parallel_attn: true,
    alibi: false,
    bias: facts.header.tensors.has('blk.0.attn_qkv.bias'),
    layer_norm_epsilon: facts.number('falcon.attention.layer_norm_epsilon'),
    rope_theta: facts.optionalNumber('falcon.rope.freq_base') ?? 10_000,
    rope_scaling: factor === 1 ? null : { rope_type: 'linear', factor },
    max_position_embeddings: facts.size('falcon.context_length'),
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
  };
  return { config, tensors, consumed: [] };
}

/** A GGUF of architecture `mpt` in Hugging Face's terms: linear biases up to 8, no bias anywhere. */
export function planMpt(facts: GgufFacts): ArchitecturePlan {
  refuseOtherSettings(facts, 'mpt', ['attention.clamp_kqv', 'attention.max_alibi_bias']);
  const { width, layers, heads, inner, vocabulary } = sizesOf(facts, 'mpt');
  refuseOtherKeys(facts, 'mpt', heads);
  const steepest = facts.number('mpt.attention.max_alibi_bias');
  if (steepest !== 8) throw facts.refused(`mpt.attention.max_alibi_bias = ${steepest}`);
  const clip = facts.optionalNumber('mpt.attention.clamp_kqv') ?? 0;
  const tied = !facts.header.tensors.has('output.weight');
  const tensors: Placed = new Map();
  const place = placer(facts, tensors, '', '');
  place(['token_embd', 'transformer.wte', [vocabulary, width]]);
  place(['output_norm', 'transformer.norm_f', [width]]);
  if (!tied) place(['output', 'lm_head', [vocabulary, width]]);
  for (let layer = 0; layer < layers; layer += 1) {
    const parts: readonly Part[] = [
      ['attn_norm', 'norm_1', [width]],
      ['ffn_norm', 'norm_2', [width]],
      ['attn_qkv', 'attn.Wqkv', [3 * width, width]],
      ['attn_output', 'attn.out_proj', [width, width]],
      ['ffn_up', 'ffn.up_proj', [inner, width]],
      ['ffn_down', 'ffn.down_proj', [width, inner]],
    ];
    parts.forEach(placer(facts, tensors, `blk.${layer}.`, `transformer.blocks.${layer}.`));
  }
  for (const name of tensors.keys()) if (name.endsWith('.bias')) throw facts.refused(`an mpt with the bias ${name}`);
  const config = {
    model_type: 'mpt',
    architectures: ['MptForCausalLM'],
    d_model: width,
    n_heads: heads,
    n_layers: layers,
    expansion_ratio: inner / width,
    max_seq_len: facts.size('mpt.context_length'),
    layer_norm_epsilon: facts.number('mpt.attention.layer_norm_epsilon'),
    no_bias: true,
    attn_config: { alibi: true, alibi_bias_max: 8, clip_qkv: clip === 0 ? null : clip },
    vocab_size: vocabulary,
    tie_word_embeddings: tied,
  };
  return { config, tensors, consumed: [] };
}
