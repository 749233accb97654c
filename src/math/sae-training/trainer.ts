import type { Gemm } from '../gemm';
import type { Random } from '../random';
import { SimdMemory } from './memory';
import { SaePass } from './pass';
import { learningRate } from './schedule';
import type { Schedule } from './schedule';
import { TrainingState } from './state';
import type { Parameters, SaeSize } from './state';
import { normaliseDecoder, update } from './update';

/** Settings of a training of a TopK SAE. */
export interface TrainerSettings extends SaeSize, Schedule {
  readonly k: number;
  /** Rows per step. */
  readonly batch: number;
  /** Mean ‖x − mean‖² of the activations: losses are relative to it. */
  readonly variance: number;
  /** A feature that fired on none of so many tokens is dead. */
  readonly deadAfter: number;
  /** Dead features per token that model what was left over, at most. */
  readonly auxK: number;
  /** Weight of their loss. */
  readonly auxCoefficient: number;
  /** Gradients are scaled down to this norm. */
  readonly clip: number;
}

/** Measures of one step, before its update. */
export interface StepMeasures {
  /** Mean ‖x − x̂‖² / variance. */
  readonly loss: number;
  /** The dead features' loss, unweighted; 0 without dead features. */
  readonly auxiliary: number;
  /** Features per token above 0. */
  readonly l0: number;
  readonly dead: number;
  readonly gradientNorm: number;
}

/** Sums over rows that were only encoded and decoded. */
export interface Reconstruction {
  readonly rows: number;
  /** Σ ‖x − x̂‖². */
  readonly squaredError: number;
  /** Pairs of row and feature above 0. */
  readonly firings: number;
}

/** Trains a TopK SAE (Gao et al. 2024) batch by batch; rows come scaled. Same seed, same batches, same bits. */
export class SaeTrainer {
  readonly state: TrainingState;
  private readonly memory: SimdMemory;
  private readonly pass: SaePass;

  constructor(
    readonly settings: TrainerSettings,
    gemm: Gemm,
  ) {
    this.memory = new SimdMemory(SaeTrainer.bytes(settings));
    this.state = new TrainingState(this.memory, settings);
    this.pass = new SaePass(this.memory, gemm, settings, settings.k, settings.batch);
  }

  /** Bytes of weights, gradients, moments and one batch, pre-activations left out. */
  static bytes(settings: SaeSize & { readonly batch: number }): number {
    return SimdMemory.bytes([...TrainingState.lengths(settings), ...SaePass.lengths(settings, settings.batch)]);
  }

  /** Where a batch goes: f32 [batch, width]. */
  get rows(): Float32Array {
    return this.pass.x;
  }

  /** Decoder rows in random directions, the encoder their transpose, the decoder's bias the activations' centre. */
  initialise(random: Random, centre: Float32Array): void {
    const { parameters } = this.state;
    for (let i = 0; i < parameters.decoder.length; i++) parameters.decoder[i] = random.normal();
    normaliseDecoder(this.memory, this.settings, parameters.decoder);
    parameters.encoder.set(parameters.decoder);
    parameters.encoderBias.fill(0);
    parameters.decoderBias.set(centre);
  }

  /** One step on the first `count` of `rows`. */
  async step(count: number): Promise<StepMeasures> {
    const { settings, state, memory } = this;
    const { variance, auxK, auxCoefficient } = settings;
    const indices = this.deadFeatures();
    const forward = await this.pass.forward(state.parameters, count);
    const firings = this.countFirings(count);
    const dead = { indices, k: auxK, coefficient: auxCoefficient };
    const auxiliary = await this.pass.backward(state.parameters, state.gradients, forward, count, variance, dead);
    const gradientNorm = update(memory, settings, state, learningRate(settings, state.step), settings.clip);
    return { loss: forward.error / variance, auxiliary, l0: firings / count, dead: indices.length, gradientNorm };
  }

  /**
   * Reconstructs the first `count` of `rows`, changing nothing.
   * @param fired is told of every feature above 0
   */
  async reconstruct(count: number, fired: (feature: number) => void = () => undefined): Promise<Reconstruction> {
    const { error } = await this.pass.forward(this.state.parameters, count);
    const { indices, values } = this.pass;
    let firings = 0;
    for (let j = 0; j < count * this.settings.k; j++) {
      if (values[j]! <= 0) continue;
      firings += 1;
      fired(indices[j]!);
    }
    return { rows: count, squaredError: error * count, firings };
  }

  /** Parameters as they are now, in the scale of the rows. */
  get parameters(): Parameters {
    return this.state.parameters;
  }

  /** Features that have been silent for too long. */
  deadFeatures(): Int32Array {
    const { silent } = this.state;
    const dead: number[] = [];
    silent.forEach((tokens, feature) => {
      if (tokens >= this.settings.deadAfter) dead.push(feature);
    });
    return Int32Array.from(dead);
  }

  private countFirings(count: number): number {
    const { silent } = this.state;
    const { indices, values } = this.pass;
    for (let feature = 0; feature < silent.length; feature++) silent[feature]! += count;
    let firings = 0;
    for (let j = 0; j < count * this.settings.k; j++) {
      if (values[j]! <= 0) continue;
      firings += 1;
      silent[indices[j]!] = 0;
    }
    return firings;
  }
}
