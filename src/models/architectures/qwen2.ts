import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf } from './rope';
import { preNorms, reaching, refuseForeign, sizesOf, windows } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Qwen 2 and 2.5 (Yang et al. 2024; Hugging Face `Qwen2ForCausalLM`): Llama with biases of query, key and value, and a
 * sliding window in the upper blocks where the config switches it on.
 */
export const qwen2: Architecture = {
  family: 'qwen2',
  modelTypes: ['qwen2'],
  models: 'Qwen 1.5, 2 and 2.5',
  covered: {
    hidden_act: ['silu', 'relu', null],
    tie_word_embeddings: [true, false, null],
    use_sliding_window: [true, false, null],
    layer_types: ['list', null],
    rope: ['default', 'yarn'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['sliding_window', 'use_sliding_window', 'layer_types', 'attention_bias']);
  // Without a bias Hugging Face would still read one.
  config.refuseUnless({ attention_bias: [true] });
  const sizes = sizesOf(config, { kvHeads: 32, context: 32_768 });
  const rope = ropeOf(config, sizes.headWidth);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', undefined),
    epsilon: config.number('rms_norm_eps', 1e-6),
    norms: preNorms,
    bias: { queries: true, output: false, mlp: false },
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: qwenWindows(config, sizes.layers),
    rope,
  });
}

/** `sliding_window` from block `max_window_layers` on, where `use_sliding_window` is true. */
export function qwenWindows(config: ModelConfig, layers: number): (index: number) => number | undefined {
  const window = config.flag('use_sliding_window', false) ? config.countOrNone('sliding_window', 4096) : undefined;
  const first = config.number('max_window_layers', 28);
  return windows(config, layers, window, (index) => window !== undefined && index >= first);
}
