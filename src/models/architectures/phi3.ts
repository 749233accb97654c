import type { Architecture, ArchitectureModel } from './architecture';
import type { ModelConfig } from './config';
import { activationOf } from './operators';
import { ropeOf, ropeSettings } from './rope';
import type { RopeSettings } from './rope';
import { biases, preNorms, reaching, refuseForeign, sizesOf } from './rotary-config';
import { rotaryDecoder } from './rotary-decoder';

/**
 * Phi-3, 3.5 and Phi-4-mini (Abdin et al. 2024; Hugging Face `Phi3ForCausalLM`): Llama with query, key and value in one
 * matrix, gate and up in another, rotary positions on all or a part of each head, LongRoPE, and a window in all blocks
 * or none.
 */
export const phi3: Architecture = {
  family: 'phi3',
  modelTypes: ['phi3'],
  models: 'Phi-3, Phi-3.5, Phi-4',
  covered: {
    hidden_act: ['silu', 'gelu', null],
    tie_word_embeddings: [true, false, null],
    sliding_window: ['number', null],
    partial_rotary_factor: ['number', null],
    rope: ['default', 'longrope', 'su'],
    rope_parameters: [null],
  },
  configure,
};

function configure(config: ModelConfig): ArchitectureModel {
  refuseForeign(config, ['sliding_window', 'partial_rotary_factor']);
  const sizes = sizesOf(config, { context: 4096 });
  const settings = settingsOf(config);
  const share = (settings.section?.has('partial_rotary_factor') === true ? settings.section : config).number(
    'partial_rotary_factor',
    1,
  );
  const rotated = Math.trunc(sizes.headWidth * share);
  if (rotated <= 0 || rotated > sizes.headWidth || rotated % 2 !== 0) throw config.unsupported('partial_rotary_factor');
  const rope = ropeOf(config.with({ original_max_position_embeddings: originalOf(config) }), rotated, settings);
  const window = config.countOrNone('sliding_window', undefined);
  return rotaryDecoder({
    sizes: reaching(sizes, rope),
    tied: config.flag('tie_word_embeddings', false),
    paddingId: config.idOrNone('pad_token_id', 32_000),
    epsilon: config.number('rms_norm_eps', 1e-5),
    norms: preNorms,
    bias: biases(false),
    fused: true,
    activate: activationOf(config, 'hidden_act', 'silu'),
    scale: 1 / Math.sqrt(sizes.headWidth),
    windowOf: () => window,
    rope,
  });
}

/** Early configs call LongRoPE "su" or "yarn". */
function settingsOf(config: ModelConfig): RopeSettings {
  const settings = ropeSettings(config);
  if (settings.kind === 'default' || settings.kind === 'longrope') return settings;
  if (settings.key === 'type' && ['su', 'yarn'].includes(settings.kind)) return { ...settings, kind: 'longrope' };
  throw settings.section!.unsupported(settings.key, ['default', 'longrope']);
}

function originalOf(config: ModelConfig): number | undefined {
  const name = 'original_max_position_embeddings';
  return config.section('rope_parameters')?.has(name) === true ? undefined : config.count(name, 4096);
}
