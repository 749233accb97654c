import { Cancelled } from '../../shared/errors';
import type { Split } from '../folds';
import type { Dense, Gemm } from '../gemm';
import type { BandedFit } from './few-columns';
import type { EncodingOptions } from './encoding';
import { fitFold, fitTargets } from './fold';
import type { FoldFit } from './fold';
import type { CentredRows } from './training-set';

/** Pairs of α with the same ratio of the features' to the nuisance's: one factorisation serves them all. */
interface Ratio {
  readonly value: number;
  /** Ascending. */
  readonly featureAlphas: Float64Array;
}

/**
 * Banded ridge with any number of nuisance columns: with ρ = αₓ/αₙ it is the plain ridge of [√ρ·N | X] at αₓ, which one
 * factorisation per ratio solves.
 */
export async function fitRatios(
  gemm: Gemm,
  low: CentredRows,
  high: CentredRows,
  split: Split,
  inner: readonly Split[],
  responses: Dense,
  options: EncodingOptions,
): Promise<BandedFit> {
  const best = new Best(responses.dims[0]!, split.test.length);
  for (const { value, featureAlphas } of ratiosOf(options)) {
    if (options.signal.aborted) throw new Cancelled();
    const choice = { alpha: options.alpha, alphas: featureAlphas };
    const fold = await fitFold(gemm, besides(low, Math.sqrt(value), high), split, inner, choice);
    best.consider(value, await fitTargets(gemm, fold, responses, choice));
  }
  return best;
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
class Best implements BandedFit {
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
