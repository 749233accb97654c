import type { RotaryTables } from './architecture';
import type { ModelConfig } from './config';

/** Rotary position embedding of one model: angles and their cosines and sines. */
export interface Rope {
  /** Columns of the tables: half the dimensions that rotate. */
  readonly columns: number;
  /** Tables for a sequence of `length` tokens, f32 [length, columns] each; positions count from 0. */
  tables(length: number): RotaryTables;
  /** Longest sequence that the rule is made for, where it extends `max_position_embeddings`. */
  readonly reach?: number;
  /** Sequences beyond this length have other angles from their first token on: theirs are no longer those of their beginnings. */
  readonly steadyTo?: number;
}

/** Where a config says how to rotate. */
export interface RopeSettings {
  readonly kind: string;
  /** Name of the setting that gives the kind. */
  readonly key: string;
  readonly section: ModelConfig | undefined;
  readonly theta: number;
}

/** Inverse frequencies θ^(−2i/rotated), f32 [rotated/2]. */
export function plainFrequencies(theta: number, rotated: number): Float32Array {
  return powers(theta, rotated).map((power) => 1 / power);
}

/** θ^(2i/rotated) in float32, f32 [rotated/2]. */
export function powers(theta: number, rotated: number): Float32Array {
  return Float32Array.from({ length: rotated / 2 }, (_, i) => theta ** Math.fround((2 * i) / rotated));
}

/**
 * cos and sin of position × frequency, f32 [length, frequencies]; the product is rounded to float32, as PyTorch's is.
 * @param factor multiplies both (YaRN's and LongRoPE's attention factor)
 */
export function rotaryTables(frequencies: Float32Array, length: number, factor = 1): RotaryTables {
  const cos = new Float32Array(length * frequencies.length);
  const sin = new Float32Array(length * frequencies.length);
  for (let position = 0; position < length; position += 1) {
    for (let i = 0; i < frequencies.length; i += 1) {
      const angle = Math.fround(position * frequencies[i]!);
      cos[position * frequencies.length + i] = Math.cos(angle) * factor;
      sin[position * frequencies.length + i] = Math.sin(angle) * factor;
    }
  }
  return { cos, sin };
}
