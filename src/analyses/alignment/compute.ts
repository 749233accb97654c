import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { Checkpoint, RunContext } from '../contract';
import { subjectsOf } from './aggregate';
import { LAYERS_STAGE } from './pieces';
import { alignRidge } from './ridge';
import { alignSimilarity } from './similarity';
import { readSource } from './source';
import type { Source } from './source';
import type { AlignmentSpec } from './spec';
import { filesOfUnits, gatherUnits, readUnitSets } from './unit-masks';
import { warnOfLeaveOneOut } from './warnings';

/** The stage in which features are made: one piece, which lies in the activation cache. */
const FEATURES_STAGE = 'features';

/**
 * Scores every layer of a model (or of given features) against recordings of the brain (definitions, Alignment).
 * @returns arrays `scores` f64 [layers, columns]; ridge also `foldScores` and `alphas` [layers, folds, units]. Columns
 *   are the targets in `units`.
 * @throws UserError for features, responses, folds or units that do not go together; Cancelled
 */
export async function* align(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const source = yield* readSource(spec, context);
  context.reached(FEATURES_STAGE);
  return yield* alignSource(spec, context, source, { checkpoint: await checkpointOf(spec, source.files, context) });
}

/** Where pieces of the same work are kept: by the contents of files, wherever they lie, and all other settings. */
async function checkpointOf(spec: AlignmentSpec, files: readonly string[], context: RunContext): Promise<Checkpoint> {
  const { folds, units } = spec;
  const ofFolds = folds?.endsWith('.npy') === true ? [folds] : [];
  const settings = { ...spec, ...NO_PATHS, ...(ofFolds.length > 0 && { folds: 'a file' }) };
  const ofUnits = units === undefined ? [] : await filesOfUnits(units);
  return context.checkpoint([...files, ...ofUnits, ...ofFolds], { stage: LAYERS_STAGE, ...settings });
}

const NO_PATHS = { model: undefined, dataset: undefined, features: undefined, responses: undefined, units: undefined };

/**
 * Scores features that are there already.
 * @param options `resamples`: ridge hands back the aggregates of all resamples too, as array `resampled`
 *   f64 [layers, bootstrap]; the same seed draws the same ones, whatever the features. `checkpoint`: where pieces of the
 *   work are kept
 * @throws as `align`
 */
export async function* alignSource(
  spec: AlignmentSpec,
  context: RunContext,
  source: Omit<Source, 'files'>,
  options: { readonly resamples?: boolean; readonly checkpoint?: Checkpoint } = {},
): AsyncGenerator<Progress, AnalysisResult> {
  const subjects = subjectsOf(source.recording.targets);
  if (spec.metric !== 'ridge')
    return yield* alignSimilarity({ spec, context, subjects, metric: spec.metric, ...options, ...source });
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
    ...options,
    spec,
    context,
    subjects,
    features: features!,
    selected,
    controls: controls.map((set, i) => ({ set, features: others[i]! })),
  });
}
