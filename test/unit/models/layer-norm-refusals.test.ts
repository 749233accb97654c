import { describe, expect, test } from 'vitest';
import { configure } from '../../../src/models/architectures/index';
import { readVariant } from './family-model';

type Fields = Readonly<Record<string, unknown>>;

/** What a golden variant's config is answered when some settings are exchanged. */
function answer(variant: string, changes: Fields): string {
  try {
    configure({ ...readVariant(variant).config, ...changes }, 'model');
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const attention = (changes: Fields): Fields => ({ attn_config: { alibi: true, ...changes } });

describe('families with LayerNorm refuse by name what they would ignore', () => {
  test.each<[string, Fields, RegExp]>([
    ['gpt_neox', { rotary_pct: 0.2 }, /rotary_pct = 0.2, which is not supported/],
    ['gpt_neox', { rotary_pct: 0.75 }, /rotary_pct = 0.75/],
    ['gpt_neox', { head_dim: 8 }, /head_dim = 8/],
    ['gpt_neox', { num_attention_heads: 3 }, /num_attention_heads = 3/],
    ['gpt_neox', { hidden_act: 'mish' }, /hidden_act = "mish"/],
    ['gpt_neox', { use_parallel_residual: 'yes' }, /must give use_parallel_residual as true or false/],
    ['opt', { num_attention_heads: 3 }, /num_attention_heads = 3/],
    ['opt', { activation_function: 'mish' }, /activation_function = "mish"/],
    ['phi', { num_key_value_heads: 3 }, /num_key_value_heads = 3/],
    ['phi', { qk_layernorm: true, head_dim: 16 }, /head_dim = 16/],
    ['phi', { partial_rotary_factor: 0.1 }, /partial_rotary_factor = 0.1/],
    ['falcon-40b', { parallel_attn: false }, /parallel_attn = false/],
    ['falcon-40b', { num_ln_in_parallel_attn: 3 }, /num_ln_in_parallel_attn = 3/],
    ['falcon-40b', { num_kv_heads: 3 }, /num_kv_heads = 3/],
    ['falcon-7b', { num_ln_in_parallel_attn: 2 }, /num_ln_in_parallel_attn = 2/],
    ['falcon-each-key', { num_kv_heads: 2 }, /num_kv_heads = 2/],
    ['falcon-7b', { partial_rotary_factor: 0.5 }, /partial_rotary_factor = 0.5/],
    ['mpt', attention({ alibi: false }), /alibi = false/],
    ['mpt', attention({ alibi_bias_max: 16 }), /alibi_bias_max = 16/],
    ['mpt', attention({ qk_ln: true }), /qk_ln = true/],
    ['mpt', attention({ prefix_lm: true }), /prefix_lm = true/],
    ['mpt', attention({ attn_type: 'multiquery_attention' }), /attn_type = "multiquery_attention"/],
    ['mpt', { expansion_ratio: 2 }, /expansion_ratio = 2/],
    ['mpt', { no_bias: false }, /no_bias = false/],
    ['mpt', { norm_type: 'rmsnorm' }, /norm_type = "rmsnorm"/],
    ['mpt', { logit_scale: 'inv_sqrt_d_model' }, /logit_scale = "inv_sqrt_d_model"/],
    ['starcoder2', { num_key_value_heads: 3 }, /num_key_value_heads = 3/],
    ['starcoder2', { partial_rotary_factor: 0.5 }, /partial_rotary_factor = 0.5/],
    ['xglm', { add_cross_attention: true }, /add_cross_attention = true/],
    ['xglm', { d_model: 15 }, /d_model = 15/],
    ['gpt2-exact-gelu', { add_cross_attention: true }, /add_cross_attention = true/],
  ])('%s with %j', (variant, changes, message) => expect(answer(variant, changes)).toMatch(message));

  test.each<[string, Fields]>([
    // tiiuae/falcon-7b says so, although one key serves all queries.
    ['falcon-7b', { num_kv_heads: 4 }],
    ['falcon-7b', { num_ln_in_parallel_attn: null }],
    // mosaicml/mpt-7b's own settings.
    ['mpt', { learned_pos_emb: true, norm_type: 'low_precision_layernorm', ...attention({ clip_qkv: null }) }],
    ['gpt_neox', { rope_parameters: { rope_type: 'default', rope_theta: 10_000, partial_rotary_factor: 0.5 } }],
  ])('%s with %j is accepted', (variant, changes) => expect(answer(variant, changes)).toBe('accepted'));
});
