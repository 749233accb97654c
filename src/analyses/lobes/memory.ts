import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';

/** Buffers of counting and clustering beside what grows with the features. */
const WORKING_BYTES = 4e8;

/** Bytes at the peak: the triangle of counts, the decoder in float32 and float64, buffers. */
function peakBytes({ features, width }: { readonly features: number; readonly width: number }): number {
  return 2 * features * (features + 1) + 16 * features * width + WORKING_BYTES;
}

/** @throws UserError where counts and decoder do not fit the budget, before anything is read */
export function requireMemory(
  { features, width }: { readonly features: number; readonly width: number },
  budget: number,
): void {
  const peak = peakBytes({ features, width });
  if (peak <= budget) return;
  throw new UserError(
    `${features} features take ${formatBytes(peak)} (${formatBytes(2 * features * (features + 1))} of it for co-occurrence), the memory budget is ${formatBytes(budget)}`,
    'Raise it (--memory), or take an autoencoder with fewer features.',
  );
}
