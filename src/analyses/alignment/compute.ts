import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { subjectsOf } from './aggregate';
import { alignRidge } from './ridge';
import { readSource } from './source';
import type { AlignmentSpec } from './spec';

/**
 * Scores every layer of a model (or of given features) against recordings of the brain (definitions, Alignment).
 * @returns arrays `scores` f64 [layers, columns]; ridge also `foldScores` and `alphas` [layers, folds, units]. Columns
 *   are the targets in `units`.
 * @throws UserError for features, responses, folds or units that do not go together; Cancelled
 */
export async function* align(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const source = yield* readSource(spec, context);
  const subjects = subjectsOf(source.recording.targets);
  return yield* alignRidge({ spec, context, subjects, ...source });
}
