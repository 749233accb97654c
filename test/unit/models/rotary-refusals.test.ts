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

const text = (changes: Fields): Fields => ({
  text_config: { ...(readVariant('gemma3-seeing').config['text_config'] as Fields), ...changes },
});

describe('families of Llama’s kind refuse by name what they would ignore', () => {
  test.each<[string, Fields, RegExp]>([
    ['llama', { sliding_window: 8 }, /sliding_window = 8, which is not supported/],
    ['llama', { partial_rotary_factor: 0.5 }, /partial_rotary_factor = 0.5/],
    ['llama', { rope_parameters: { rope_type: 'default', partial_rotary_factor: 0.5 } }, /partial_rotary_factor = 0.5/],
    ['llama', { layer_types: ['full_attention', 'sliding_attention'] }, /layer_types = /],
    ['llama', { hidden_act: 'mish' }, /hidden_act = "mish".*Supported: silu/],
    ['llama', { final_logit_softcapping: 30 }, /final_logit_softcapping = 30/],
    ['llama', { head_dim: 7 }, /head_dim = 7/],
    ['llama', { num_key_value_heads: 3 }, /num_key_value_heads = 3/],
    ['llama', { rope_scaling: { rope_type: 'yarn' } }, /must give factor as a number/],
    ['llama', { rope_scaling: { type: 'mrope', mrope_section: [2, 2] } }, /type = "mrope".*Supported: default, linear/],
    [
      'llama-longrope',
      { rope_scaling: { rope_type: 'longrope', short_factor: [1], long_factor: [1, 1, 1, 1], factor: 4 } },
      /short_factor = \[1\], which is not supported/,
    ],
    [
      'llama-longrope',
      {
        rope_scaling: {
          rope_type: 'longrope',
          short_factor: [1, 1, 1, 1],
          long_factor: [1, 1, 1, 1],
          factor: 4,
          original_max_position_embeddings: 8,
        },
      },
      /original_max_position_embeddings = 8/,
    ],
    ['mistral-window', { attention_bias: true }, /attention_bias = true/],
    ['mistral-window', { sliding_window: 0 }, /sliding_window as a positive whole number/],
    ['qwen2', { attention_bias: false }, /attention_bias = false/],
    ['qwen2', { layer_types: ['sliding_attention', 'full_attention'] }, /layer_types = .*Supported: full_attention\./],
    [
      'qwen2-layer-types',
      { layer_types: ['sliding_attention', 'chunked_attention'] },
      /layer_types = .*Supported: full_/,
    ],
    ['qwen2-layer-types', { layer_types: ['sliding_attention'] }, /layer_types = /],
    ['qwen3', { num_experts: 128 }, /num_experts = 128/],
    ['gemma', { hidden_activation: 'relu' }, /hidden_activation = "relu"/],
    ['gemma3', { attn_logit_softcapping: 50 }, /attn_logit_softcapping = 50/],
    ['gemma3', { use_bidirectional_attention: true }, /use_bidirectional_attention = true/],
    ['gemma3-seeing', text({ final_logit_softcapping: 30 }), /final_logit_softcapping = 30/],
    ['gemma3-seeing', { text_config: null }, /has no text_config/],
    ['phi3-longrope', { rope_scaling: { rope_type: 'linear', factor: 2 } }, /rope_type = "linear".*default, longrope/],
    ['phi3', { partial_rotary_factor: 0.1 }, /partial_rotary_factor = 0.1/],
    ['olmo2', { clip_qkv: 8 }, /clip_qkv = 8/],
  ])('%s with %j', (variant, changes, message) => expect(answer(variant, changes)).toMatch(message));

  test.each<[string, Fields]>([
    ['llama', { sliding_window: null, layer_types: ['full_attention', 'full_attention'], partial_rotary_factor: 1 }],
    ['qwen3', { num_experts: 1, rope_parameters: { rope_type: 'default', rope_theta: 1e6 } }],
    ['gemma', { hidden_activation: null }],
  ])('%s with the neutral %j', (variant, changes) => expect(answer(variant, changes)).toBe('accepted'));
});
