import { UserError } from '../../shared/errors';
import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf, ropeSettings } from './rope';
import type { Rope } from './rope';
import { biases, reaching, refuseForeign, sandwichNorms, sizesOf, windows } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Gemma 3 (Gemma Team 2025; Hugging Face `Gemma3ForCausalLM`, and the text part of `Gemma3ForConditionalGeneration`):
 * Gemma 2 with norms of every head's query and key, five blocks with a window to one without, and a rotary base for each.
 */
export const gemma3: Architecture = {
  family: 'gemma3',
  modelTypes: ['gemma3_text', 'gemma3'],
  models: 'Gemma 3, text part',
  covered: {
    hidden_activation: ['gelu_pytorch_tanh', 'gelu', null],
    attention_bias: [true, false, null],
    tie_word_embeddings: [true, false, null],
    final_logit_softcapping: ['number', null],
    layer_types: ['list', null],
    sliding_window_pattern: ['number', null],
    rope: ['default', 'linear'],
    rope_parameters: [null],
  },
  configure: (config) => {
    const text = config.section('text_config');
    if (config.text('model_type') === 'gemma3_text') return configure(config, false);
    if (text !== undefined) return configure(text, true);
    throw new UserError(
      `${config.path}: config.json is of model_type "gemma3" and has no text_config`,
      'Get the model’s original config.json.',
    );
  },
};

/** How files name the text part of a model that also sees, in older and newer releases of transformers. */
const multimodalNames = [
  ['model.', 'language_model.model.'],
  ['model.', 'model.language_model.'],
  ['lm_head.', 'language_model.lm_head.'],
] as const;

function configure(config: ModelConfig, multimodal: boolean): ArchitectureModel {
  refuseForeign(config, [
    'attention_bias',
    'sliding_window',
    'layer_types',
    'query_pre_attn_scalar',
    ...(multimodal ? [] : ['final_logit_softcapping']),
  ]);
  const sizes = sizesOf(config, {
    layers: 26,
    width: 2304,
    heads: 8,
    kvHeads: 4,
    headWidth: 256,
    inner: 9216,
    vocabulary: 262_208,
    context: 131_072,
  });
  const every = config.count('sliding_window_pattern', 6);
  const ropes = ropesOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, ropes.rope),
    tied: config.flag('tie_word_embeddings', true),
    paddingId: config.idOrNone('pad_token_id', 0),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: sandwichNorms,
    gainAboveOne: true,
    queryKeyNorm: 'each head',
    bias: biases(config.flag('attention_bias', false)),
    activate: activationOf(config, 'hidden_activation', 'gelu_pytorch_tanh'),
    scale: 1 / Math.sqrt(config.number('query_pre_attn_scalar', 256)),
    logitCap: config.numberOrNone('final_logit_softcapping', undefined),
    embeddingScale: Math.sqrt(sizes.width),
    windowOf: windows(config, sizes.layers, config.countOrNone('sliding_window', 4096), (i) => (i + 1) % every !== 0),
    ...ropes,
    ...(multimodal && { aliases: multimodalNames }),
  });
}

/** θ of blocks without a window and of those with one; the former may be scaled. */
function ropesOf(config: ModelConfig, headWidth: number): { readonly rope: Rope; readonly localRope: Rope } {
  const newer = config.section('rope_parameters');
  const local = config.number('rope_local_base_freq', 10_000);
  if (newer?.has('full_attention') !== true) {
    return {
      rope: ropeOf(config, headWidth, ropeSettings(config, 1_000_000)),
      localRope: ropeOf(config, headWidth, { kind: 'default', key: 'rope_type', section: undefined, theta: local }),
    };
  }
  const ofType = (type: string, theta: number): Rope =>
    ropeOf(config, headWidth, ropeSettings(config, theta, newer.section(type)));
  return { rope: ofType('full_attention', 1_000_000), localRope: ofType('sliding_attention', 10_000) };
}
