import type { ModelConfig } from './config';
import { longRope, yarnRope } from './rope-scaling';
import { plainFrequencies, rotaryTables } from './rope-tables';
import type { Rope, RopeSettings } from './rope-tables';

export type { Rope, RopeSettings } from './rope-tables';

/** Rules of rope scaling that are computed as `transformers.modeling_rope_utils` does. */
export const ropeTypes = ['default', 'linear', 'dynamic', 'yarn', 'longrope', 'llama3'] as const;

/**
 * `rope_scaling` (type under `rope_type` or `type`, θ beside it) or the newer `rope_parameters` (θ inside).
 * @param theta the family's default base
 */
export function ropeSettings(
  config: ModelConfig,
  theta = 10_000,
  section = config.section('rope_parameters') ?? config.section('rope_scaling'),
): RopeSettings {
  const key = section?.has('rope_type') === true ? 'rope_type' : 'type';
  return {
    key,
    section,
    kind: section?.text(key, 'default') ?? 'default',
    theta: section?.has('rope_theta') === true ? section.number('rope_theta') : config.number('rope_theta', theta),
  };
}

/**
 * The rotary positions that a config asks for, as Hugging Face computes them in float32: plain, `linear` (Chen et al.
 * 2023), `dynamic` (θ grows with sequences beyond `max_position_embeddings`: bloc97 & emozilla 2023), `yarn` (Peng et al.
 * 2023), `longrope` (Ding et al. 2024: factors per frequency, others for long sequences), `llama3`, and `gguf-factors`
 * (ours: each frequency divided by its own factor, as a GGUF file stores llama 3's rule). Others are refused by name.
 * @param rotated dimensions of a head that rotate
 */
export function ropeOf(config: ModelConfig, rotated: number, settings = ropeSettings(config)): Rope {
  const columns = rotated / 2;
  if (settings.kind === 'dynamic') return dynamicRope(config, rotated, settings);
  if (settings.kind === 'longrope') return longRope(config, rotated, settings);
  if (settings.kind === 'yarn') return yarnRope(config, rotated, settings);
  const frequencies = inverseFrequencies(config, rotated, settings);
  return { columns, tables: (length) => rotaryTables(frequencies, length) };
}

/** Inverse frequencies, f32 [rotated/2], by the rules that are the same for all lengths and leave cosines as they are. */
export function inverseFrequencies(
  config: ModelConfig,
  rotated: number,
  { kind, key, section, theta }: RopeSettings = ropeSettings(config),
): Float32Array {
  const plain = plainFrequencies(theta, rotated);
  switch (kind) {
    case 'default':
      return plain;
    case 'linear': {
      const factor = section!.number('factor');
      return plain.map((frequency) => frequency / factor);
    }
    case 'llama3':
      return slowLongWaves(plain, section!);
    case 'gguf-factors': {
      const factors = section!.numbers('factors');
      if (factors.length !== plain.length) throw section!.unsupported('factors');
      return plain.map((frequency, i) => frequency / factors[i]!);
    }
    default:
      throw section!.unsupported(key, ropeTypes);
  }
}

/** Llama 3.1's rule: wavelengths above `original / low` are divided by `factor`, below `original / high` kept. */
function slowLongWaves(plain: Float32Array, section: ModelConfig): Float32Array {
  const factor = section.number('factor');
  const low = section.number('low_freq_factor');
  const high = section.number('high_freq_factor');
  const original = section.number('original_max_position_embeddings');
  return plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > original / low) return frequency / factor;
    if (wavelength < original / high) return frequency;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** θ · ((factor · length / longest) − (factor − 1))^(rotated / (rotated − 2)) for sequences beyond `longest`, in float32. */
function dynamicRope(config: ModelConfig, rotated: number, { section, theta }: RopeSettings): Rope {
  const factor = section!.number('factor');
  const longest = config.count('max_position_embeddings', 2048);
  const plain = plainFrequencies(theta, rotated);
  const grown = (length: number): number => {
    const ratio = Math.fround(Math.fround(factor * length) / longest);
    const power = Math.fround(Math.fround(ratio - (factor - 1)) ** Math.fround(rotated / (rotated - 2)));
    return Math.fround(theta * power);
  };
  return {
    columns: rotated / 2,
    tables: (length) => rotaryTables(length > longest ? plainFrequencies(grown(length), rotated) : plain, length),
    reach: Math.floor(longest * factor),
    steadyTo: longest,
  };
}
