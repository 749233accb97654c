import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { biases, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * OLMo 2 (OLMo Team 2025; Hugging Face `Olmo2ForCausalLM`): Llama with norms behind attention and MLP instead of before
 * them, and an RMSNorm of all queries and of all keys together.
 */
export const olmo2: Architecture = {
  family: 'olmo2',
  modelTypes: ['olmo2'],
  models: 'OLMo 2',
  covered: {
    hidden_act: ['silu', 'gelu_new', null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    num_key_value_heads: ['number', null],
    rope: ['default', 'linear'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['attention_bias']);
  const sizes = sizesOf(config);
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', 1),
    epsilon: config.number('rms_norm_eps', 1e-5),
    norms: { afterAttention: 'post_attention_layernorm', afterMlp: 'post_feedforward_layernorm' },
    queryKeyNorm: 'all heads',
    bias: biases(config.flag('attention_bias', false)),
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: () => undefined,
    rope,
  });
}
