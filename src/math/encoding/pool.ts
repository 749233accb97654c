import { Cancelled } from '../../shared/errors';
import type { FoldPlan } from '../folds';
import { Gemm } from '../gemm';
import type { EncoderPool, EncodingOptions, LayerEncoder, LayerScores, Targets } from './encoding';
import { bandedScores } from './banded';
import { correlation, fitFold, fitTargets, rowsOf } from './fold';
import { checkPlan, innerFolds, patternsOf, trainingTargets } from './patterns';
import type { Pattern } from './patterns';
import type { FittedFold } from './fold';

/** Factorisations of one layer are kept for further targets up to this size; beyond it they are made again. */
const KEPT_BYTES = 2 ** 29;

/** Bytes of one batch of targets, over all α. */
const BATCH_BYTES = 2 ** 26;

/** Encoders on ONNX Runtime's matrix products, which use all cores. */
export function encoderPool(threads?: number): EncoderPool {
  const gemm = new Gemm(threads);
  return {
    parallel: () => 1,
    layer(features, width, plan, options) {
      checkPlan(plan);
      checkSize(features, width, plan);
      return Promise.resolve(new Encoder(gemm, features, width, plan, options));
    },
    banded: (features, nuisance, plan, options, targets) =>
      bandedScores(gemm, features, nuisance, plan, options, targets),
    memory: peakBytes,
    dispose: () => gemm.dispose(),
  };
}

/** @throws RangeError where the features are not the plan's rows × `width` */
export function checkSize({ length }: Float32Array | Float64Array, width: number, { rows }: FoldPlan): void {
  if (length !== rows * width) throw new RangeError(`${length} features are not ${rows} rows × ${width} columns`);
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
    const rows = await rowsOf(this.gemm, this.features, this.width, split, this.options.pca);
    const made = await fitFold(this.gemm, rows, split, inner, this.options);
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
      const predicted = fit.predicted.subarray(target * test.length, (target + 1) * test.length);
      if (scores.predictions !== undefined) {
        test.forEach((row, i) => (scores.predictions![row * targets.units + unit] = predicted[i]!));
      }
      scores.alphas[at] = fit.alphas[target]!;
      scores.innerScores[at] = fit.innerScores[target]!;
      scores.innerErrors[at] = fit.innerErrors[target]!;
      const actual = new Float64Array(test.length);
      const guessed = new Float64Array(test.length);
      let [measured, sse, sst] = [0, 0, 0];
      for (let i = 0; i < test.length; i++) {
        const y = targets.data[test[i]! * targets.units + unit]!;
        if (Number.isNaN(y)) continue;
        actual[measured] = y;
        guessed[measured] = predicted[i]!;
        measured += 1;
        sse += (y - predicted[i]!) ** 2;
        sst += (y - fit.means[target]!) ** 2;
      }
      if (measured < 2) return;
      scores.scores[at] = correlation(actual.subarray(0, measured), guessed.subarray(0, measured));
      scores.sse[at] = sse;
      scores.sst[at] = sst;
    });
  }
}
