import type { FeatureActivations } from '../../data/sae/sae';
import type { SaeEncoder } from '../../models/sae/encoder';
import type { Transformer } from '../../models/transformer';
import type { Progress } from '../../shared/progress';
import type { DocumentTokens } from './token-groups';

/** Values of a dense matrix of feature activations that are held at once: 64 MB. */
export const DENSE_VALUES = 2 ** 24;

/** The counted tokens of a sequence: what is fed, and which of it is read. */
export type Counted = Pick<DocumentTokens, 'ids' | 'first' | 'end'>;

/**
 * The residual stream behind a layer at the counted tokens of all sequences, end to end.
 * @returns f32 [counted tokens, width]
 */
export async function* layerRows(
  model: Transformer,
  layer: number,
  sequences: readonly Counted[],
  signal: AbortSignal,
): AsyncGenerator<Progress, Float32Array> {
  const positions = sequences.map(({ first, end }) => Int32Array.from({ length: end - first }, (_, i) => first + i));
  const ids = sequences.map((sequence) => sequence.ids);
  return yield* model.tokenActivations(ids, { positions, layers: [layer], signal });
}

/** Feature activations of some consecutive rows. */
export interface EncodedRows {
  /** Index of the first row. */
  readonly first: number;
  readonly count: number;
  /** f32 [count, width]: the rows themselves. */
  readonly x: Float32Array;
  readonly activations: FeatureActivations;
}

/**
 * Encodes rows in parts, so that memory holds the dense activations of one part.
 * @param x f32 [rows, width]
 * @param firesAbove as `SaeEncoder.encode`
 */
export async function* encodeRows(
  encoder: SaeEncoder,
  { features, width }: { readonly features: number; readonly width: number },
  x: Float32Array,
  firesAbove?: number,
): AsyncGenerator<EncodedRows> {
  const rows = x.length / width;
  const most = Math.max(64, Math.floor(DENSE_VALUES / features));
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const part = x.subarray(first * width, (first + count) * width);
    yield { first, count, x: part, activations: await encoder.encode(part, firesAbove) };
  }
}
