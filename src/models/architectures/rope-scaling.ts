import type { ModelConfig } from './config';
import { powers, rotaryTables } from './rope-tables';
import type { Rope, RopeSettings } from './rope-tables';

/**
 * YaRN (Peng et al. 2023, “NTK-by-parts”): frequencies that turn often within the original context are kept, slow ones
 * divided by `factor`, a ramp between; cosines and sines are multiplied by the attention factor.
 */
export function yarnRope(config: ModelConfig, rotated: number, { section, theta }: RopeSettings): Rope {
  const settings = section!;
  const factor = settings.number('factor');
  const longest = config.count('max_position_embeddings', 2048);
  const original = settings.count('original_max_position_embeddings', longest);
  const [low, high] = rampOf(settings, theta, rotated, original);
  const frequencies = powers(theta, rotated).map((power, i) => {
    const ramp = Math.min(1, Math.max(0, Math.fround(Math.fround(i - low) / (high - low))));
    const kept = Math.fround(1 - Math.fround(ramp));
    const slowed = Math.fround(Math.fround(1 / Math.fround(factor * power)) * Math.fround(1 - kept));
    return slowed + Math.fround(Math.fround(1 / power) * kept);
  });
  const attention = yarnAttention(settings, factor);
  return {
    columns: rotated / 2,
    tables: (length) => rotaryTables(frequencies, length, attention),
    reach: Math.max(longest, Math.floor(original * factor)),
  };
}

/** Frequencies (by index) between which the ramp rises: those that turn `beta_fast` and `beta_slow` times in the original context. */
function rampOf(settings: ModelConfig, theta: number, rotated: number, original: number): [number, number] {
  const turns = (name: string, fallback: number): number => {
    // Like Python's `or`: zero means the default.
    const count = settings.number(name, fallback) || fallback;
    return (rotated * Math.log(original / (count * 2 * Math.PI))) / (2 * Math.log(theta));
  };
  const whole = settings.flag('truncate', true);
  const fast = turns('beta_fast', 32);
  const slow = turns('beta_slow', 1);
  const low = Math.max(0, whole ? Math.floor(fast) : fast);
  const high = Math.min(rotated - 1, whole ? Math.ceil(slow) : slow);
  return [low, low === high ? high + 0.001 : high];
}

function yarnAttention(settings: ModelConfig, factor: number): number {
  if (settings.has('attention_factor')) return settings.number('attention_factor');
  const scale = (multiplier: number): number => (factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1);
  const mscale = settings.number('mscale', 0);
  const ofAll = settings.number('mscale_all_dim', 0);
  return mscale !== 0 && ofAll !== 0 ? scale(mscale) / scale(ofAll) : scale(1);
}

/**
 * LongRoPE (Ding et al. 2024): every frequency divided by its own factor, from one list for sequences up to the original
 * context and from another beyond it; cosines and sines are multiplied by the attention factor.
 */
export function longRope(config: ModelConfig, rotated: number, { section, theta }: RopeSettings): Rope {
  const settings = section!;
  const longest = config.count('max_position_embeddings', 2048);
  const original = originalOf(config, settings);
  const frequenciesOf = (name: string): Float32Array => {
    const factors = settings.numbers(name);
    if (factors.length !== rotated / 2) throw settings.unsupported(name);
    return powers(theta, rotated).map((power, i) => 1 / Math.fround(Math.fround(factors[i]!) * power));
  };
  const short = frequenciesOf('short_factor');
  const long = frequenciesOf('long_factor');
  const attention = longAttention(settings, original, longest);
  const limit = original ?? longest;
  return {
    columns: rotated / 2,
    tables: (length) => rotaryTables(length > limit ? long : short, length, attention),
    // With a factor alone, the config's context is the one before it was extended.
    ...(original === undefined && { reach: Math.floor(longest * Math.max(1, settings.number('factor', 1))) }),
    steadyTo: limit,
  };
}

/** The context before it was extended: beside `rope_scaling`, or inside the newer `rope_parameters`. */
function originalOf(config: ModelConfig, settings: ModelConfig): number | undefined {
  const name = 'original_max_position_embeddings';
  if (config.has(name)) return config.count(name);
  if (!settings.has(name)) return undefined;
  // Releases of transformers disagree on it inside `rope_scaling`.
  if (config.section('rope_parameters') === undefined) throw settings.unsupported(name);
  return settings.count(name);
}

function longAttention(settings: ModelConfig, original: number | undefined, longest: number): number {
  if (settings.has('attention_factor')) return settings.number('attention_factor');
  const factor = original === undefined ? settings.number('factor') : longest / original;
  return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original ?? longest));
}
