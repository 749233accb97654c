import { openSae } from '../../data/sae/open';
import { readDecoder } from '../../data/sae/decoder';
import type { DecoderMatrix } from '../../data/sae/decoder';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { countMatrix, firingMatrix } from './arrays';
import { warnOfSae } from '../sae/warnings';
import { firedInDocuments } from './documents';
import { requireMemory } from './memory';
import type { LobeSource } from './source';
import type { LobesSpec } from './spec';

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
  const opened = await openSae(sae!);
  const { features, width, decoder, files } = opened;
  for (const file of files) context.recordInput(file, 'SAE');
  warnOfSae(opened, undefined, context);
  return { features, width, data: decoder };
}
