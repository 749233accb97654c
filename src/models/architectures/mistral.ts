import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { biases, preNorms, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/** Mistral (Jiang et al. 2023; Hugging Face `MistralForCausalLM`): Llama with a sliding window in every block. */
export const mistral: Architecture = {
  family: 'mistral',
  modelTypes: ['mistral'],
  models: 'Mistral 7B, Zephyr',
  covered: {
    hidden_act: ['silu', 'gelu_pytorch_tanh', null],
    tie_word_embeddings: [true, false, null],
    head_dim: ['number', null],
    num_key_value_heads: ['number', null],
    sliding_window: ['number', null],
    rope: ['default'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['sliding_window']);
  const sizes = sizesOf(config, { kvHeads: 8, context: 131_072 });
  const rope = ropeOf(config, sizes.headWidth);
  const window = config.countOrNone('sliding_window', 4096);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', undefined),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: preNorms,
    bias: biases(false),
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: () => window,
    rope,
  });
}
