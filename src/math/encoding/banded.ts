import { Cancelled } from '../../shared/errors';
import type { FoldPlan } from '../folds';
import type { Gemm } from '../gemm';
import type { BandedScores, Columns, EncodingOptions, Targets } from './encoding';
import { fitFewColumns } from './few-columns';
import { fitFold, fitTargets, rowsOf } from './fold';
import { checkPlan, innerFolds, patternsOf, trainingTargets } from './patterns';
import { fitRatios } from './ratios';

/** Up to this many nuisance columns (and a quarter of the rows) it is cheaper to take the features out of them. */
const FEW_COLUMNS = 32;

/**
 * Banded ridge (Dupré la Tour et al. 2022): min ‖y − N·u − X·v‖² + αₙ‖u‖² + αₓ‖v‖². Both bands are standardised on the
 * training rows; PCA is of the features only. Per target the pair of least left-out error, ties to the smaller αₙ, then
 * αₓ.
 */
export async function bandedScores(
  gemm: Gemm,
  features: Columns,
  nuisance: Columns,
  plan: FoldPlan,
  options: EncodingOptions,
  targets: Targets,
): Promise<BandedScores> {
  checkPlan(plan);
  const blank = (): Float64Array => new Float64Array(plan.outer.length * targets.units).fill(NaN);
  const scores: BandedScores = {
    both: blank(),
    nuisance: blank(),
    unique: blank(),
    featureAlphas: blank(),
    nuisanceAlphas: blank(),
  };
  for (const [index, fold] of plan.outer.entries()) {
    for (const { present, units } of patternsOf(targets, fold.train)) {
      const inner = innerFolds(plan, fold, present);
      if (inner === undefined) continue;
      const split = { train: present, test: fold.test };
      const responses = trainingTargets(targets, present, units);
      const low = await rowsOf(gemm, nuisance.data, nuisance.width, split, undefined);
      const high = await rowsOf(gemm, features.data, features.width, split, options.pca);
      if (options.signal.aborted) throw new Cancelled();
      const few = nuisance.width <= FEW_COLUMNS && inner.every(({ train }) => 4 * nuisance.width <= train.length);
      const fit = few && options.alpha !== 'ols' ? fitFewColumns : fitRatios;
      const best = await fit(gemm, low, high, split, inner, responses, options);
      const choice = { alpha: options.alpha, alphas: options.alphas };
      const alone = await fitTargets(gemm, await fitFold(gemm, low, split, inner, choice), responses, choice);
      units.forEach((unit, target) => {
        const at = index * targets.units + unit;
        const explained = (predicted: Float64Array): number =>
          explainedShare(targets, unit, fold.test, alone.means[target]!, predicted, target * fold.test.length);
        scores.both[at] = explained(best.predicted);
        scores.nuisance[at] = explained(alone.predicted);
        scores.unique[at] = scores.both[at]! - scores.nuisance[at]!;
        scores.featureAlphas[at] = best.featureAlphas[target]!;
        scores.nuisanceAlphas[at] = best.nuisanceAlphas[target]!;
      });
    }
  }
  return scores;
}

function explainedShare(
  { data, units }: Targets,
  unit: number,
  test: Int32Array,
  mean: number,
  predicted: Float64Array,
  from: number,
): number {
  let [sse, sst, count] = [0, 0, 0];
  test.forEach((row, i) => {
    const y = data[row * units + unit]!;
    if (Number.isNaN(y)) return;
    sse += (y - predicted[from + i]!) ** 2;
    sst += (y - mean) ** 2;
    count += 1;
  });
  return count < 2 ? NaN : 1 - sse / sst;
}
