import type { RotaryTables } from './architecture';
import type { ModelConfig } from './config';

/**
 * Inverse frequencies of rotary position embedding, f32 [width/2], as Hugging Face computes them in float32: plain,
 * `linear` (Chen et al. 2023: positions divided by a factor) and `llama3` (long wavelengths slowed, short ones kept,
 * smooth between), `gguf-factors` (ours: each frequency divided by its own factor, as a GGUF file stores llama 3's rule).
 * `rope_scaling` (type under `rope_type` or `type`, θ beside it) and the newer `rope_parameters` (θ inside) are both
 * read; other types are refused by name.
 */
export function inverseFrequencies(config: ModelConfig, width: number): Float32Array {
  const section = config.section('rope_parameters') ?? config.section('rope_scaling');
  const key = section?.has('rope_type') === true ? 'rope_type' : 'type';
  const kind = section?.text(key, 'default') ?? 'default';
  section?.refuseUnless({ partial_rotary_factor: [1] });
  const theta =
    section?.has('rope_theta') === true ? section.number('rope_theta') : config.number('rope_theta', 10_000);
  const plain = Float32Array.from(
    { length: width / 2 },
    (_, i) => 1 / Math.fround(theta ** Math.fround((2 * i) / width)),
  );
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
      throw section!.unsupported(key, ['default', 'linear', 'llama3']);
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

/** cos and sin of position × frequency, f32 [length, frequencies]; the product is rounded to float32, as PyTorch's is. */
export function rotaryTables(frequencies: Float32Array, length: number): RotaryTables {
  const cos = new Float32Array(length * frequencies.length);
  const sin = new Float32Array(length * frequencies.length);
  for (let position = 0; position < length; position += 1) {
    for (let i = 0; i < frequencies.length; i += 1) {
      const angle = Math.fround(position * frequencies[i]!);
      cos[position * frequencies.length + i] = Math.cos(angle);
      sin[position * frequencies.length + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
