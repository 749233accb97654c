import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { biases, preNorms, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Llama (Touvron et al. 2023; Hugging Face `LlamaForCausalLM`): pre-norm blocks with RMSNorm, rotary positions,
 * grouped-query attention and a gated MLP.
 */
export const llama: Architecture = {
  family: 'llama',
  modelTypes: ['llama'],
  models: 'Llama 1–3, SmolLM, TinyLlama, Vicuna',
  covered: {
    hidden_act: ['silu', 'gelu', null],
    attention_bias: [true, false, null],
    mlp_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    head_dim: ['number', null],
    num_key_value_heads: ['number', null],
    rope: ['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3'],
    'rope.attention_factor': ['number', null],
    'rope.mscale': ['number', null],
    'rope.truncate': [false, null],
    rope_parameters: ['object', null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['attention_bias', 'mlp_bias']);
  const sizes = sizesOf(config);
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', undefined),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: preNorms,
    bias: biases(config.flag('attention_bias', false), config.flag('mlp_bias', false)),
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: () => undefined,
    rope,
  });
}
