import type { Checkpoint, RunContext } from '../contract';
import { Gemm } from '../../math/gemm';
import { Random } from '../../math/random';
import { learningRate } from '../../math/sae-training/schedule';
import { SaeTrainer } from '../../math/sae-training/trainer';
import type { StepMeasures } from '../../math/sae-training/trainer';
import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { BatchPlan, HeldRows } from './batches';
import type { CurvePoint } from './curves';
import { measureFit, withOutliers } from './measure';
import type { Fit, WholeFit } from './measure';
import { scalingOf } from './scale';
import type { Scaling } from './scale';
import { loadSnapshot, nothingYet, saveSnapshot } from './snapshot';
import type { Running } from './snapshot';
import type { SaeTrainingSpec } from './spec';

/** Share of the steps, at the end, in which the learning rate falls to zero. */
const DECAY = 0.2;
/** Weight of the dead features' loss (Gao et al. 2024). */
const AUX_COEFFICIENT = 1 / 32;
const MOST_AUX = 512;
const CLIP = 1;
/** Measurements of a training, at least, and steps between two of them, at most. */
const LEAST_POINTS = 20;
const MOST_BETWEEN = 50;
/** Rows of the held-out documents that are measured on during a training; all of them at its end. */
const MEASURED_ROWS = 16_384;
const SNAPSHOT_MS = 60_000;
const KEEP_MS = 30_000;

/** What a training needs. */
export interface Material {
  readonly plan: BatchPlan;
  /** In the model's scale. */
  readonly held: HeldRows;
  readonly width: number;
  readonly checkpoint: Checkpoint;
  /** Keeps the SAE as it is now, the best so far, for the case that the run ends early. */
  readonly keep: (trainer: SaeTrainer, factor: number, point: CurvePoint) => Promise<void>;
  /** Keeps again what the run kept that is taken up. */
  readonly keepAgain: () => Promise<void>;
}

/** A finished training. */
export interface Trained {
  readonly trainer: SaeTrainer;
  readonly scaling: Scaling;
  readonly curves: readonly CurvePoint[];
  readonly fit: Fit;
  readonly wholeFit: WholeFit;
  readonly resumedAt: number;
}

/** Steps through the plan from where an earlier run stopped. @throws UserError where the loss is not finite; Cancelled */
export async function* train(
  spec: SaeTrainingSpec,
  material: Material,
  context: RunContext,
): AsyncGenerator<Progress, Trained> {
  const { plan, held, width, checkpoint } = material;
  const scaling = scalingOf(await plan.firstPool(), width);
  const gemm = new Gemm(context.threads);
  try {
    const trainer = makeTrainer(spec, plan, width, scaling, gemm);
    trainer.initialise(new Random(context.seed, 'sae training/weights'), scaling.centre);
    const earlier = await loadSnapshot(checkpoint, trainer.state);
    if (earlier !== undefined) await material.keepAgain();
    const running = earlier ?? nothingYet();
    const resumedAt = trainer.state.step;
    yield* steps(spec, material, { trainer, scaling, running }, context);
    const { factor } = scaling;
    const fit = await measureFit(trainer, held.values.subarray(0, held.usual * width), factor);
    const wholeFit = await withOutliers(fit, trainer, held.values, factor);
    return { trainer, scaling, curves: running.curves, fit, wholeFit, resumedAt };
  } finally {
    await gemm.dispose();
  }
}

function makeTrainer(
  { features, k, learningRate: rate, warmup, deadAfter, auxK }: SaeTrainingSpec,
  { steps, batch }: BatchPlan,
  width: number,
  { variance }: Scaling,
  gemm: Gemm,
): SaeTrainer {
  const settings = {
    ...{ features, width, k, batch, variance, deadAfter, rate, steps, warmup, decay: DECAY, clip: CLIP },
    auxK: auxK ?? Math.min(MOST_AUX, Math.floor(width / 2)),
    auxCoefficient: AUX_COEFFICIENT,
  };
  return new SaeTrainer(settings, gemm);
}

interface Work {
  readonly trainer: SaeTrainer;
  readonly scaling: Scaling;
  readonly running: Running;
}

async function* steps(
  spec: SaeTrainingSpec,
  material: Material,
  { trainer, scaling, running }: Work,
  { signal }: RunContext,
): AsyncGenerator<Progress, void> {
  const { plan, width, checkpoint } = material;
  const { factor } = scaling;
  const { values, usual } = material.held;
  const sample = values.subarray(0, Math.min(MEASURED_ROWS, usual) * width);
  const keeper = new Keeper(running);
  // A short training too has a curve, and a best state to keep.
  const every = spec.evaluateEvery ?? Math.min(MOST_BETWEEN, Math.ceil(plan.steps / LEAST_POINTS));
  let saved = performance.now();
  const copy = (pool: Float32Array, row: number, place: number): void => {
    const [from, to] = [row * width, place * width];
    for (let c = 0; c < width; c++) trainer.rows[to + c] = pool[from + c]! * factor;
  };
  // A step that failed leaves weights that are not worth taking up.
  let sound = true;
  try {
    for await (const step of plan.from(trainer.state.step, copy)) {
      if (signal.aborted) throw new Cancelled();
      const rate = learningRate(trainer.settings, step);
      sound = false;
      const measures = checked(await trainer.step(plan.batch), step, spec);
      add(running, measures);
      const done = step + 1;
      if (done % every === 0 || done === plan.steps) {
        const { varianceExplained } = await measureFit(trainer, sample, factor);
        const point = pointOf(running, { step: done, dead: measures.dead / spec.features, varianceExplained, rate });
        running.curves.push(point);
        if (keeper.wants(point)) await material.keep(trainer, factor, point);
      }
      sound = true;
      if (performance.now() - saved > SNAPSHOT_MS) {
        await saveSnapshot(checkpoint, trainer.state, running);
        saved = performance.now();
      }
      yield { phase: 'Training', done, total: plan.steps, unit: 'steps', values: valuesOf(measures, spec, running) };
    }
  } finally {
    if (sound && trainer.state.step < plan.steps) await saveSnapshot(checkpoint, trainer.state, running);
  }
}

/** Decides when the SAE is worth keeping: it is better than all before, and the last time is not just past. */
class Keeper {
  private best: number;
  private last = -Infinity;

  constructor({ curves }: Running) {
    this.best = Math.max(-Infinity, ...curves.map(({ varianceExplained }) => varianceExplained));
  }

  wants({ varianceExplained }: CurvePoint): boolean {
    if (varianceExplained <= this.best || performance.now() - this.last < KEEP_MS) return false;
    this.best = varianceExplained;
    this.last = performance.now();
    return true;
  }
}

function checked(measures: StepMeasures, step: number, { learningRate: rate }: SaeTrainingSpec): StepMeasures {
  if (Number.isFinite(measures.loss + measures.auxiliary + measures.gradientNorm)) return measures;
  throw new UserError(
    `The loss is no longer a finite number at step ${step + 1}: the learning rate ${rate} is too large`,
    `Train with a smaller --learning-rate, such as ${Number((rate / 4).toPrecision(2))}.`,
  );
}

function add(running: Running, { loss, auxiliary, l0 }: StepMeasures): void {
  running.loss += loss;
  running.auxiliary += auxiliary;
  running.l0 += l0;
  running.steps += 1;
}

/** Closes the running sums. */
function pointOf(
  running: Running,
  { step, dead, varianceExplained, rate }: { step: number; dead: number; varianceExplained: number; rate: number },
): CurvePoint {
  const { loss, auxiliary, l0, steps } = running;
  Object.assign(running, { loss: 0, auxiliary: 0, l0: 0, steps: 0 });
  const means = { loss: loss / steps, auxiliary: auxiliary / steps, l0: l0 / steps };
  return { step, ...means, dead, varianceExplained, learningRate: rate };
}

function valuesOf(measures: StepMeasures, spec: SaeTrainingSpec, { curves }: Running): Record<string, number> {
  const { loss, l0, dead } = measures;
  const varianceExplained = curves.at(-1)?.varianceExplained;
  return { loss, l0, dead: dead / spec.features, ...(varianceExplained !== undefined && { varianceExplained }) };
}
