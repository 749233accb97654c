import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';

/** Buffers of counting and clustering beside what grows with the features. */
const WORKING_BYTES = 4e8;

interface Size {
  readonly features: number;
  readonly width: number;
}

/** Bytes without which nothing goes: the triangle of counts, the decoder in float32 and float64, buffers. */
function leastBytes({ features, width }: Size): number {
  return triangleBytes(features) + 16 * features * width + WORKING_BYTES;
}

/** Vectors, tiles and k-means. */
const CLUSTERING_BYTES = 3e8;

/** Bytes left for an affinity matrix, beside counts and decoder. */
export function roomForAffinities({ features, width }: Size, budget: number): number {
  return Math.max(0, budget - triangleBytes(features) - 12 * features * width - CLUSTERING_BYTES);
}

/** Bytes of all pairs at the peak: the triangle of counts and, where the budget holds it, a square of float32 affinities. */
export function pairBytes(size: Size, budget: number): number {
  const square = 4 * size.features ** 2;
  return triangleBytes(size.features) + (square <= roomForAffinities(size, budget) ? square : 0);
}

/** i32, with the diagonal. */
function triangleBytes(features: number): number {
  return 2 * features * (features + 1);
}

/** @throws UserError where counts and decoder do not fit the budget, before anything is read */
export function requireMemory({ features, width }: Size, budget: number): void {
  const least = leastBytes({ features, width });
  if (least <= budget) return;
  throw new UserError(
    `${features} features take ${formatBytes(least)} (${formatBytes(triangleBytes(features))} of it for co-occurrence), the memory budget is ${formatBytes(budget)}`,
    'Raise it (--memory), or take an autoencoder with fewer features.',
  );
}
