import { openSae } from '../../data/sae/open';
import { readDecoder } from '../../data/sae/decoder';
import type { DecoderMatrix } from '../../data/sae/decoder';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { countMatrix, firingMatrix } from './arrays';
import { firedInDocuments } from './documents';
import type { LobeSource } from './source';
import type { LobesSpec } from './spec';

/** Buffers of counting and clustering beside what grows with the features. */
const WORKING_BYTES = 4e8;

/** Opens what was given: documents with a model and an SAE, a firing matrix, or counts. @throws UserError by name */
export async function* openSource(spec: LobesSpec, context: RunContext): AsyncGenerator<Progress, LobeSource> {
  if (spec.documents !== undefined) return yield* firedInDocuments(spec, context);
  yield { phase: 'Decoder', done: 0, total: 1, unit: 'files' };
  const decoder = await givenDecoder(spec, context);
  requireMemory(decoder, context.memory);
  return spec.firing !== undefined ? firingMatrix(spec, decoder, context) : countMatrix(spec, decoder, context);
}

async function givenDecoder({ decoder: path, sae }: LobesSpec, context: RunContext): Promise<DecoderMatrix> {
  if (path !== undefined) {
    context.recordInput(path, 'decoder');
    return readDecoder(path);
  }
  const { features, width, decoder, files } = await openSae(sae!);
  for (const file of files) context.recordInput(file, 'SAE');
  return { features, width, data: decoder };
}

/** Bytes at the peak: the triangle of counts, the decoder in float32 and float64, buffers. */
export function peakBytes({ features, width }: { readonly features: number; readonly width: number }): number {
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
