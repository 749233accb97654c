import { Cancelled } from '../../shared/errors';
import type { FoldPlan, Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import type { BandedScores, Columns, EncodingOptions, Targets } from './encoding';
import { fitFold, fitTargets, rowsOf } from './fold';
import type { FoldFit } from './fold';
import { checkPlan, innerFolds, patternsOf, trainingTargets } from './patterns';
import type { CentredRows } from './training-set';

/** Pairs of α with the same ratio of the features' to the nuisance's: one factorisation serves them all. */
interface Ratio {
  readonly value: number;
  /** Ascending. */
  readonly featureAlphas: Float64Array;
}

/**
 * Banded ridge (Dupré la Tour et al. 2022): min ‖y − N·u − X·v‖² + αₙ‖u‖² + αₓ‖v‖². With ρ = αₓ/αₙ it is the plain
 * ridge of [√ρ·N | X] at αₓ. Both bands are standardised on the training rows; PCA is of the features only. Per target
 * the pair of least left-out error, ties to the smaller αₙ, then αₓ.
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
  const ratios = ratiosOf(options);
  for (const [index, fold] of plan.outer.entries()) {
    for (const { present, units } of patternsOf(targets, fold.train)) {
      const inner = innerFolds(plan, fold, present);
      if (inner === undefined) continue;
      const split = { train: present, test: fold.test };
      const responses = trainingTargets(targets, present, units);
      const low = await rowsOf(gemm, nuisance.data, nuisance.width, split, undefined);
      const high = await rowsOf(gemm, features.data, features.width, split, options.pca);
      const best = new Best(units.length, fold.test.length);
      for (const ratio of ratios) {
        if (options.signal.aborted) throw new Cancelled();
        const rows = besides(low, Math.sqrt(ratio.value), high);
        best.consider(ratio.value, await fitted(gemm, rows, split, inner, responses, options, ratio.featureAlphas));
      }
      const alone = await fitted(gemm, low, split, inner, responses, options, options.alphas);
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

/** The distinct ratios of the product grid, each with its αₓ. Least squares knows no ratio. */
function ratiosOf({ alpha, alphas }: EncodingOptions): Ratio[] {
  if (alpha === 'ols') return [{ value: 1, featureAlphas: alphas }];
  const ratios: { value: number; found: number[] }[] = [];
  for (const low of alphas) {
    for (const high of alphas) {
      const value = high / low;
      // On a logarithmic grid the same ratio comes from many pairs, apart from rounding.
      const known = ratios.find((ratio) => Math.abs(ratio.value / value - 1) < 1e-9);
      if (known === undefined) ratios.push({ value, found: [high] });
      else known.found.push(high);
    }
  }
  return ratios.map(({ value, found }) => ({ value, featureAlphas: Float64Array.from(found).sort() }));
}

async function fitted(
  gemm: Gemm,
  rows: CentredRows,
  split: Split,
  inner: readonly Split[],
  responses: Dense,
  { alpha }: EncodingOptions,
  alphas: Float64Array,
): Promise<FoldFit> {
  const choice = { alpha, alphas };
  return fitTargets(gemm, await fitFold(gemm, rows, split, inner, choice), responses, choice);
}

/** [scale · low | high] */
function besides(low: CentredRows, scale: number, high: CentredRows): CentredRows {
  const width = low.width + high.width;
  const rows = low.training + low.outside;
  const data = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < low.width; j++) data[row * width + j] = scale * low.data[row * low.width + j]!;
    data.set(high.data.subarray(row * high.width, (row + 1) * high.width), row * width + low.width);
  }
  return { ...high, data, width };
}

/** The best pair of α so far, per target. */
class Best {
  readonly predicted: Float64Array;
  readonly featureAlphas: Float64Array;
  readonly nuisanceAlphas: Float64Array;
  private readonly errors: Float64Array;

  constructor(
    targets: number,
    private readonly rows: number,
  ) {
    this.predicted = new Float64Array(targets * rows);
    this.featureAlphas = new Float64Array(targets).fill(NaN);
    this.nuisanceAlphas = new Float64Array(targets).fill(NaN);
    this.errors = new Float64Array(targets).fill(Infinity);
  }

  consider(ratio: number, fit: FoldFit): void {
    this.errors.forEach((least, target) => {
      const error = fit.innerErrors[target]!;
      const leastSquares = Number.isNaN(error);
      const nuisanceAlpha = fit.alphas[target]! / ratio;
      const tied = error === least && nuisanceAlpha < this.nuisanceAlphas[target]!;
      if (!leastSquares && !(error < least) && !tied) return;
      this.errors[target] = error;
      this.featureAlphas[target] = fit.alphas[target]!;
      this.nuisanceAlphas[target] = nuisanceAlpha;
      const from = target * this.rows;
      this.predicted.set(fit.predicted.subarray(from, from + this.rows), from);
    });
  }
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
