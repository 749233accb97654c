import { UserError } from '../../shared/errors';
import type { Sae } from './sae';
import type { Tensors } from './tensors';

/** The arrays of an SAE in the layout of `Sae`. */
export type SaeWeights = Pick<Sae, 'encoder' | 'encoderBias' | 'decoder' | 'decoderBias'>;

/** Sizes that an SAE's arrays must have. */
export interface SaeSizes {
  readonly features: number;
  readonly width: number;
}

/**
 * Reads one array of exactly this shape.
 * @throws UserError where it is missing, not finite, or of another shape
 */
export async function readShaped(tensors: Tensors, name: string, shape: readonly number[]): Promise<Float32Array> {
  const stored = tensors.names.includes(name) ? tensors.shape(name) : undefined;
  if (stored !== undefined && (stored.length !== shape.length || stored.some((size, axis) => size !== shape[axis]))) {
    throw new UserError(
      `${tensors.file}: ${name} has shape [${stored.join(', ')}], not [${shape.join(', ')}]`,
      'The config and the weights belong to different SAEs: get both from one place.',
    );
  }
  return tensors.read(name);
}

/** The transpose of a C-order matrix [rows, columns]: [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length);
  // Square tiles keep both sides in the cache: a plain double loop takes ten times as long at 16,384 features.
  const tile = 64;
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) out[column * rows + row] = matrix[row * columns + column]!;
      }
    }
  }
  return out;
}

/** Multiplies every row of a matrix [factors.length, width] by its factor, in place. */
export function scaleRows(matrix: Float32Array, factors: Float32Array): void {
  const width = matrix.length / factors.length;
  for (let row = 0; row < factors.length; row++) {
    for (let at = row * width; at < (row + 1) * width; at++) matrix[at]! *= factors[row]!;
  }
}

/**
 * Folds decoder norms into the encoder, in place: with rows of unit norm in the decoder, pre-activations are those that
 * SAELens multiplies by the norm. A row of norm 0 silences its feature, as it does there.
 */
export function foldDecoderNorms({ encoder, encoderBias, decoder }: SaeWeights): void {
  const features = encoderBias.length;
  const width = decoder.length / features;
  const norms = new Float32Array(features);
  for (let feature = 0; feature < features; feature++) {
    let sum = 0;
    for (let at = feature * width; at < (feature + 1) * width; at++) sum += decoder[at]! ** 2;
    norms[feature] = Math.sqrt(sum);
  }
  scaleRows(encoder, norms);
  scaleRows(encoderBias, norms);
  scaleRows(
    decoder,
    norms.map((norm) => (norm === 0 ? 0 : 1 / norm)),
  );
}
