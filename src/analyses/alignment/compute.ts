import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { subjectsOf } from './aggregate';
import { alignRidge } from './ridge';
import { alignSimilarity } from './similarity';
import { readSource } from './source';
import type { Source } from './source';
import type { AlignmentSpec } from './spec';
import { gatherUnits, readUnitSets } from './unit-masks';
import { warnOfLeaveOneOut } from './warnings';

/**
 * Scores every layer of a model (or of given features) against recordings of the brain (definitions, Alignment).
 * @returns arrays `scores` f64 [layers, columns]; ridge also `foldScores` and `alphas` [layers, folds, units]. Columns
 *   are the targets in `units`.
 * @throws UserError for features, responses, folds or units that do not go together; Cancelled
 */
export async function* align(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  return yield* alignSource(spec, context, yield* readSource(spec, context));
}

/**
 * Scores features that are there already.
 * @param options `resamples`: ridge hands back the aggregates of all resamples too, as array `resampled`
 *   f64 [layers, bootstrap]; the same seed draws the same ones, whatever the features
 * @throws as `align`
 */
export async function* alignSource(
  spec: AlignmentSpec,
  context: RunContext,
  source: Source,
  options: { readonly resamples?: boolean } = {},
): AsyncGenerator<Progress, AnalysisResult> {
  const subjects = subjectsOf(source.recording.targets);
  if (spec.metric !== 'ridge')
    return yield* alignSimilarity({ spec, context, subjects, metric: spec.metric, ...source });
  const { model, recording } = source;
  if (spec.alpha === 'loo') warnOfLeaveOneOut(recording, context);
  if (spec.units === undefined || model === undefined) {
    return yield* alignRidge({ spec, context, subjects, controls: [], ...options, ...source });
  }
  const sets = await readUnitSets(spec.units, spec.randomSeeds, model, context);
  yield { phase: 'Features of the units', done: 0, total: sets.length, unit: 'sets' };
  const [features, ...others] = await gatherUnits(source.features, recording.rows, sets, model.description.width);
  const [selected, ...controls] = sets;
  return yield* alignRidge({
    ...source,
    spec,
    context,
    subjects,
    features: features!,
    selected,
    controls: controls.map((set, i) => ({ set, features: others[i]! })),
  });
}
