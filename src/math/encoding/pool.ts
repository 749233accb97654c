import { Cancelled, UserError } from '../../shared/errors';
import type { FoldPlan, OuterFold, Split } from '../folds';
import { Gemm } from '../gemm';
import type { Dense } from '../gemm';
import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores, Targets } from './encoding';
import { correlation, fitFold, fitTargets } from './fold';
import type { FittedFold } from './fold';

/** Factorisations of one layer are kept for further targets up to this size; beyond it they are made again. */
const KEPT_BYTES = 2 ** 29;

/** Bytes of one batch of targets, over all α. */
const BATCH_BYTES = 2 ** 26;

const MAKE_SMALLER = 'Use fewer folds, or leave the unit out.';

/** Encoders on ONNX Runtime's matrix products, which use all cores. */
export function encoderPool(threads?: number): EncoderPool {
  const gemm = new Gemm(threads);
  return {
    layer(features, width, plan, options) {
      plan.outer.forEach((fold, index) => {
        if (fold.test.length >= 2 && innerFolds(plan, fold, fold.train) !== undefined) return;
        throw new UserError(
          `${plan.name}: fold ${index} has ${fold.train.length} rows for training and ${fold.test.length} for testing`,
          'Use fewer folds or more rows.',
        );
      });
      if (features.length !== plan.rows * width) {
        throw new UserError(`${features.length} features are not ${plan.rows} rows × ${width} columns`, MAKE_SMALLER);
      }
      return Promise.resolve(new Encoder(gemm, features, width, plan, options));
    },
    memory: peakBytes,
    dispose: () => gemm.dispose(),
  };
}

/** Bytes at the peak: the largest fold's matrix with its copies, one batch, what is kept. */
function peakBytes(plan: FoldPlan, width: number, units: number): number {
  const training = plan.outer.reduce((most, { train }) => Math.max(most, train.length), 0);
  const order = Math.min(training, width);
  const left = Math.ceil(training / 5);
  const alphas = 12;
  const standardised = 2 * plan.rows * width;
  const reduction = 3 * order * order + 3 * order * plan.rows;
  const held = alphas * left * left * 5 + order * plan.rows;
  const kept = Math.min(KEPT_BYTES / 8, held * plan.outer.length) + held;
  const batches = (6 * BATCH_BYTES) / 8 + 6 * left * Math.max(left, order);
  return 8 * (standardised + reduction + kept + batches + 10 * plan.outer.length * units);
}

/** Inner folds of the rows that are there; undefined where they are too few. */
function innerFolds(plan: FoldPlan, fold: OuterFold, present: Int32Array): readonly Split[] | undefined {
  let inner: readonly Split[];
  if (present.length === fold.train.length) inner = fold.inner;
  else if (plan.innerOf !== undefined) inner = plan.innerOf(present);
  else {
    const kept = new Set(present);
    inner = fold.inner
      .map(({ train, test }) => ({
        train: train.filter((row) => kept.has(row)),
        test: test.filter((row) => kept.has(row)),
      }))
      .filter(({ test }) => test.length > 0);
  }
  return inner.length >= 2 && inner.every(({ train }) => train.length >= 2) ? inner : undefined;
}

/** Units of one batch that miss the same training rows. */
interface Pattern {
  readonly key: string;
  readonly present: Int32Array;
  readonly units: number[];
}

class Encoder implements LayerEncoder {
  private readonly kept = new Map<string, FittedFold>();
  private keptBytes = 0;

  constructor(
    private readonly gemm: Gemm,
    private features: Float32Array | Float64Array,
    private readonly width: number,
    private readonly plan: FoldPlan,
    private readonly options: EncodingOptions,
  ) {}

  async score(targets: Targets, options: { readonly predictions?: boolean } = {}): Promise<LayerScores> {
    const { units } = targets;
    const { plan } = this;
    const blank = (): Float64Array => new Float64Array(plan.outer.length * units).fill(NaN);
    const scores: LayerScores = {
      scores: blank(),
      alphas: blank(),
      innerScores: blank(),
      innerErrors: blank(),
      sse: blank(),
      sst: blank(),
      ...(options.predictions === true ? { predictions: new Float64Array(plan.rows * units).fill(NaN) } : {}),
    };
    for (let fold = 0; fold < plan.outer.length; fold++) {
      for (const pattern of patternsOf(targets, plan.outer[fold]!.train)) {
        const fitted = await this.fitted(fold, pattern);
        if (fitted === undefined) continue;
        const atOnce = Math.max(1, Math.floor(BATCH_BYTES / (8 * this.options.alphas.length * fitted.set.training)));
        for (let from = 0; from < pattern.units.length; from += atOnce) {
          await this.scoreUnits(fold, fitted, targets, pattern.units.slice(from, from + atOnce), scores);
        }
      }
    }
    return scores;
  }

  release(): void {
    this.kept.clear();
    this.keptBytes = 0;
    this.features = new Float32Array(0);
  }

  private async fitted(index: number, { key, present }: Pattern): Promise<FittedFold | undefined> {
    const name = `${index} ${key}`;
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    if (this.options.signal.aborted) throw new Cancelled();
    const fold = this.plan.outer[index]!;
    const inner = innerFolds(this.plan, fold, present);
    if (inner === undefined) return undefined;
    const split = { train: present, test: fold.test };
    const made = await fitFold(this.gemm, this.features, this.width, split, inner, this.options);
    if (this.keptBytes + made.bytes <= KEPT_BYTES) {
      this.kept.set(name, made);
      this.keptBytes += made.bytes;
    }
    return made;
  }

  private async scoreUnits(
    fold: number,
    fitted: FittedFold,
    targets: Targets,
    units: readonly number[],
    scores: LayerScores,
  ): Promise<void> {
    if (this.options.signal.aborted) throw new Cancelled();
    const { train, test } = fitted.split;
    const fit = await fitTargets(this.gemm, fitted, trainingTargets(targets, train, units), this.options);
    units.forEach((unit, target) => {
      const at = fold * targets.units + unit;
      const measured = test.filter((row) => !Number.isNaN(targets.data[row * targets.units + unit]!));
      const predicted = fit.predicted.subarray(target * test.length, (target + 1) * test.length);
      if (scores.predictions !== undefined) {
        test.forEach((row, i) => (scores.predictions![row * targets.units + unit] = predicted[i]!));
      }
      scores.alphas[at] = fit.alphas[target]!;
      scores.innerScores[at] = fit.innerScores[target]!;
      scores.innerErrors[at] = fit.innerErrors[target]!;
      if (measured.length < 2) return;
      const actual = Float64Array.from(measured, (row) => targets.data[row * targets.units + unit]!);
      const guessed = predicted.filter((_, i) => !Number.isNaN(targets.data[test[i]! * targets.units + unit]!));
      scores.scores[at] = correlation(actual, guessed);
      scores.sse[at] = actual.reduce((sum, y, i) => sum + (y - guessed[i]!) ** 2, 0);
      scores.sst[at] = actual.reduce((sum, y) => sum + (y - fit.means[target]!) ** 2, 0);
    });
  }
}

/** f64 [units, rows] of the given rows and units. */
function trainingTargets(targets: Targets, rows: Int32Array, units: readonly number[]): Dense {
  const data = new Float64Array(units.length * rows.length);
  rows.forEach((row, i) => {
    units.forEach((unit, target) => {
      data[target * rows.length + i] = targets.data[row * targets.units + unit]!;
    });
  });
  return { data, dims: [units.length, rows.length] };
}

/** Groups units by the training rows that they miss. */
function patternsOf({ data, units }: Targets, train: Int32Array): Pattern[] {
  const patterns = new Map<string, Pattern>();
  for (let unit = 0; unit < units; unit++) {
    const missing = train.filter((row) => Number.isNaN(data[row * units + unit]!));
    const key = missing.join(' ');
    const known = patterns.get(key);
    if (known !== undefined) {
      known.units.push(unit);
      continue;
    }
    const present = missing.length === 0 ? train : train.filter((row) => !Number.isNaN(data[row * units + unit]!));
    patterns.set(key, { key, present, units: [unit] });
  }
  return [...patterns.values()];
}
