import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { crystalsOfRelations } from './relations';
import { crystalsOfDecoder } from './search';
import type { CrystalsSpec } from './spec';

/** Crystals of word pairs in a model, or of features in a decoder. @throws UserError; Cancelled */
export function findCrystals(spec: CrystalsSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const { model } = spec;
  return model === undefined ? crystalsOfDecoder(spec, context) : crystalsOfRelations({ ...spec, model }, context);
}
