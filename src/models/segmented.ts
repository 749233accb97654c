import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { ArchitectureModel } from './architectures/architecture';
import { checkSequences, makeBatches, makeWaves, rowsOf } from './batches';
import type { Batch } from './batches';
import { Body } from './body';
import { nonFiniteWeights, scanNonFinite } from './finite';
import { Head } from './head';
import type { Plan } from './memory';
import { NextTokens } from './next-tokens';
import type { ModelTokenizer } from './tokenizer';
import type { ForwardOptions, ModelDescription, Pooling, Transformer } from './transformer';
import type { ResolvedWeights } from './weights';

export interface SegmentedParts {
  readonly path: string;
  readonly model: ArchitectureModel;
  readonly weights: ResolvedWeights;
  readonly plan: Plan;
  readonly threads: number;
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  readonly executor: 'resident' | 'streaming';
  readonly files: readonly string[];
}

/** A transformer that runs segment by segment over the person's own weight files (see `Body` and `Head`). */
export class SegmentedTransformer implements Transformer {
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  readonly executor: 'resident' | 'streaming';
  readonly files: readonly string[];
  private readonly body: Body;
  private readonly head: Head;

  constructor(private readonly parts: SegmentedParts) {
    const { model, weights, plan, threads, executor } = parts;
    this.description = parts.description;
    this.tokenizer = parts.tokenizer;
    this.executor = executor;
    this.files = parts.files;
    this.body = new Body(model, weights.find, plan.segments, threads);
    this.head = new Head(model, weights.find, plan.headCuts, threads, executor === 'resident');
  }

  async *activations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & { readonly pooling: Pooling; readonly layers?: readonly number[] },
  ): AsyncGenerator<Progress, Float32Array> {
    const { layers: count, width } = this.parts.model.sizes;
    const layers = options.layers ?? Array.from({ length: count }, (_, layer) => layer);
    this.refuseLayers(layers);
    this.refuse(sequences, options);
    const columns = new Map(layers.map((layer, column) => [layer, column]));
    const pooled = new Float32Array(sequences.length * layers.length * width);
    const onTap = (batch: Batch, layer: number, taps: Float32Array): void => {
      const column = columns.get(layer);
      if (column === undefined) return;
      batch.sequences.forEach((sequence, i) => {
        const values = taps.subarray(i * width, (i + 1) * width);
        if (!values.every(Number.isFinite)) throw this.nonFinite(sequence, layer);
        pooled.set(values, (sequence * layers.length + column) * width);
      });
    };
    const pass = { sequences, pooling: options.pooling, mask: options.mask, signal: options.signal, onTap };
    const waves = this.waves(sequences, options);
    const progress = this.meter('Activations', sequences.length, waves);
    yield* this.load(options.signal);
    for (const wave of waves) {
      for await (const share of this.body.run(wave, pass)) yield progress(wave, share);
    }
    return pooled;
  }

  async *score(sequences: readonly Int32Array[], options: ForwardOptions): AsyncGenerator<Progress, Float64Array> {
    if (!this.parts.weights.hasHead) {
      throw new UserError(
        `${this.parts.path} has no language-model head`,
        'Choose the model’s version for causal language modelling.',
      );
    }
    this.refuse(sequences, options);
    const summed = new Float64Array(sequences.length);
    const waves = this.waves(sequences, options, 2);
    const progress = this.meter('Scores', sequences.length, waves);
    yield* this.load(options.signal);
    for (const wave of waves) {
      const next = new NextTokens(wave, sequences, this.parts.model.sizes.width);
      const onEnd = (batch: Batch, stream: Float32Array): void => next.take(batch, stream);
      const pass = { sequences, pooling: 'last' as const, mask: options.mask, signal: options.signal, onEnd };
      for await (const share of this.body.run(wave, pass)) yield progress(wave, share * BODY_SHARE);
      for await (const share of this.head.run(next.stream, next.targets, next.logProbabilities, options.signal)) {
        yield progress(wave, BODY_SHARE + share * (1 - BODY_SHARE));
      }
      next.addTo(summed, (sequence) => this.nonFinite(sequence, this.parts.model.sizes.layers - 1));
    }
    return summed;
  }

  async dispose(): Promise<void> {
    await this.body.release();
    await this.head.release();
  }

  private async *load(signal: AbortSignal): AsyncGenerator<Progress, void> {
    if (signal.aborted) throw new Cancelled();
    if (this.executor === 'streaming') return;
    yield { phase: 'Loading the model', done: 0, total: 1, unit: 'model' };
    await this.body.warm();
  }

  private waves(sequences: readonly Int32Array[], options: ForwardOptions, shortest = 1): Batch[][] {
    const { plan, model } = this.parts;
    const lengths = sequences.map((ids) => ids.length);
    const batches = makeBatches(lengths, model.sizes, options.batchSize).filter(({ length }) => length >= shortest);
    return makeWaves(batches, model.sizes.width, plan.waveBytes);
  }

  /** Progress in stimuli where each batch ends with its result, in blocks where all batches go block by block. */
  private meter(phase: string, stimuli: number, waves: readonly Batch[][]): (wave: Batch[], share: number) => Progress {
    const rows = waves.map((wave) => wave.reduce((sum, batch) => sum + rowsOf(batch), 0));
    const all = rows.reduce((sum, count) => sum + count, 0);
    const streaming = this.executor === 'streaming';
    const total = streaming ? this.parts.model.sizes.layers * waves.length : stimuli;
    return (wave, share) => {
      const index = waves.indexOf(wave);
      const before = rows.slice(0, index).reduce((sum, count) => sum + count, 0);
      const done = (before + share * rows[index]!) / all;
      return { phase, done: Math.floor(done * total + 1e-6), total, unit: streaming ? 'blocks' : 'stimuli' };
    };
  }

  private refuse(sequences: readonly Int32Array[], { mask, batchSize }: ForwardOptions): void {
    const { sizes } = this.parts.model;
    checkSequences(sequences, sizes);
    if (mask !== undefined && mask.length !== sizes.layers * sizes.width) {
      throw new RangeError(`the mask has ${mask.length} entries, not ${sizes.layers} × ${sizes.width}`);
    }
    if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
      throw new RangeError(`batch size ${batchSize}`);
    }
  }

  private refuseLayers(layers: readonly number[]): void {
    const { layers: count } = this.parts.model.sizes;
    const wrong = layers.find((layer) => !Number.isInteger(layer) || layer < -1 || layer >= count);
    if (wrong !== undefined) {
      const remedy = `Layers run from 0 to ${count - 1}; −1 is the embedding.`;
      throw new UserError(`Layer ${wrong} is not in the model`, remedy);
    }
    if (new Set(layers).size !== layers.length) throw new UserError('A layer is named twice', 'Name each layer once.');
  }

  private nonFinite(sequence: number, layer: number): UserError {
    const culprit = scanNonFinite(this.parts.weights.entries);
    if (culprit !== undefined) return nonFiniteWeights(culprit);
    return new UserError(
      `${this.parts.path}: the activations of stimulus ${sequence + 1} overflow float32 at or before layer ${layer}`,
      'The weights are too large to compute with; download or train the model again.',
    );
  }
}

/** Rough share of the blocks in the work of a score, for progress. */
const BODY_SHARE = 0.8;
