import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { readArrays } from './arrays';
import type { LayerFeatures, Recording } from './data';
import type { AlignmentSpec } from './spec';

/** Features and responses, row by row of the same stimuli. */
export interface Source {
  readonly features: LayerFeatures;
  readonly recording: Recording;
}

/** Reads what is aligned with what. @throws UserError for files, model or rows that do not go together; Cancelled */
export async function* readSource(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, Source> {
  if (spec.features !== undefined) return readArrays(spec.features, spec.responses!, context);
  throw new Error('datasets are read later');
}
