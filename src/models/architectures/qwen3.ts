import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { qwenWindows } from './qwen2';
import { ropeOf } from './rope';
import { biases, preNorms, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Qwen 3 (Yang et al. 2025; Hugging Face `Qwen3ForCausalLM`): Llama with an RMSNorm of every head's query and key, and
 * Qwen 2's windows.
 */
export const qwen3: Architecture = {
  family: 'qwen3',
  modelTypes: ['qwen3'],
  models: 'Qwen 3 (dense)',
  covered: {
    hidden_act: ['silu', 'gelu', null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    use_sliding_window: [true, false, null],
    layer_types: ['list', null],
    rope: ['default'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['sliding_window', 'use_sliding_window', 'layer_types', 'attention_bias']);
  const sizes = sizesOf(config, { kvHeads: 32, headWidth: 128, context: 32_768 });
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', undefined),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: preNorms,
    queryKeyNorm: 'each head',
    bias: biases(config.flag('attention_bias', false)),
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: qwenWindows(config, sizes.layers),
    rope,
  });
}
