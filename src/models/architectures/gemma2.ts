import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { biases, reaching, refuseForeign, sandwichNorms, sizesOf, windows } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Gemma 2 (Gemma Team 2024; Hugging Face `Gemma2ForCausalLM`): Gemma with norms before and after attention and MLP, soft
 * caps on attention scores and logits, a scale of its own for queries, and a sliding window in every other block.
 */
export const gemma2: Architecture = {
  family: 'gemma2',
  modelTypes: ['gemma2'],
  models: 'Gemma 2',
  covered: {
    hidden_activation: ['gelu_pytorch_tanh', 'gelu', null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    attn_logit_softcapping: ['number', null],
    final_logit_softcapping: ['number', null],
    layer_types: ['list', null],
    rope: ['default'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, [
    'attention_bias',
    'sliding_window',
    'layer_types',
    'attn_logit_softcapping',
    'final_logit_softcapping',
    'query_pre_attn_scalar',
  ]);
  const sizes = sizesOf(config, {
    layers: 26,
    width: 2304,
    heads: 8,
    kvHeads: 4,
    headWidth: 256,
    inner: 9216,
    vocabulary: 256_000,
    context: 8192,
  });
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', true),
    paddingId: config.idOrNone('pad_token_id', 0),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: sandwichNorms,
    gainAboveOne: true,
    bias: biases(config.flag('attention_bias', false)),
    activate: activationOf(config, 'hidden_activation', 'gelu_pytorch_tanh'),
    scale: 1 / Math.sqrt(config.number('query_pre_attn_scalar', 256)),
    scoreCap: config.numberOrNone('attn_logit_softcapping', 50),
    logitCap: config.numberOrNone('final_logit_softcapping', 30),
    embeddingScale: Math.sqrt(sizes.width),
    windowOf: windows(config, sizes.layers, config.countOrNone('sliding_window', 4096), (index) => index % 2 === 0),
    rope,
  });
}
