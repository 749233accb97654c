import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { biases, preNorms, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Gemma (Gemma Team 2024; Hugging Face `GemmaForCausalLM`): Llama with norms that multiply by 1 + weight, the embedding
 * times √width, a GELU gate and heads of their own width.
 */
export const gemma: Architecture = {
  family: 'gemma',
  modelTypes: ['gemma'],
  models: 'Gemma 1, CodeGemma',
  covered: {
    hidden_act: ['gelu_pytorch_tanh', 'gelu', null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    rope: ['default'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['attention_bias']);
  const sizes = sizesOf(config, {
    layers: 28,
    width: 3072,
    heads: 16,
    kvHeads: 16,
    headWidth: 256,
    inner: 24_576,
    vocabulary: 256_000,
    context: 8192,
  });
  // Releases of transformers disagree on which of the two names counts.
  const activation = config.text('hidden_act', 'gelu_pytorch_tanh');
  config.refuseUnless({ hidden_activation: [activation] });
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', true),
    paddingId: config.idOrNone('pad_token_id', 0),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: preNorms,
    gainAboveOne: true,
    bias: biases(config.flag('attention_bias', false)),
    activate: activationOf(config, 'hidden_act', activation),
    scale: 1 / Math.sqrt(sizes.headWidth),
    embeddingScale: Math.sqrt(sizes.width),
    windowOf: () => undefined,
    rope,
  });
}
