import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { ArchitectureModel } from './architectures/architecture';
import { makeBatches, makeWaves } from './batches';
import type { Batch } from './batches';
import { Body } from './body';
import { Conditions } from './conditions';
import { nonFiniteWeights, scanNonFinite } from './finite';
import { Head } from './head';
import type { Plan } from './memory';
import { NextTokens, startsOf } from './next-tokens';
import { rowsAt } from './pool';
import type { Readout } from './pool';
import { ReadingTransformer } from './reading-transformer';
import type { TakeRows, TransformerFacts } from './reading-transformer';
import type { Ablation, Continued, ForwardOptions, TokenLogProbabilities } from './transformer';
import { waveProgress } from './wave-progress';
import type { WaveProgress } from './wave-progress';
import type { ResolvedWeights } from './weights';

export interface SegmentedParts extends TransformerFacts {
  readonly path: string;
  readonly model: ArchitectureModel;
  readonly weights: ResolvedWeights;
  readonly plan: Plan;
  readonly threads: number;
  readonly executor: 'resident' | 'streaming';
}

/** A transformer that runs segment by segment over the person's own weight files (see `Body` and `Head`). */
export class SegmentedTransformer extends ReadingTransformer {
  readonly executor: 'resident' | 'streaming';
  private readonly body: Body;
  private readonly head: Head;

  constructor(private readonly parts: SegmentedParts) {
    super(parts, parts.model.sizes);
    const { model, weights, plan, threads, executor, placement } = parts;
    const stays = executor === 'resident';
    this.executor = executor;
    this.body = new Body(model, weights.find, plan.segments, threads, stays, placement.provider);
    this.head = new Head(model, weights.find, plan.headCuts, threads, stays, placement.provider);
  }

  async *nextTokens(
    sequences: readonly Int32Array[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, TokenLogProbabilities> {
    this.requireHead();
    this.refuse(sequences, options);
    const conditions = new Conditions(ablations, this.parts.model.sizes);
    const starts = startsOf(sequences);
    const values = ablations.map(() => new Float64Array(starts[sequences.length]!));
    const waves = this.waves(sequences, options, { shortest: 2, copies: ablations.length });
    const progress = this.progressOf('Scores', sequences.length, waves);
    const cut = conditions.firstAblated % this.parts.model.sizes.layers;
    yield* this.load(options.signal, cut);
    for (const wave of waves) {
      const take = (sequence: number, condition: number, logProbabilities: Float64Array): void => {
        if (!logProbabilities.every(Number.isFinite)) throw this.nonFinite(sequence, this.description.layers - 1);
        values[condition]!.set(logProbabilities, starts[sequence]!);
      };
      for await (const share of this.scoreWave({ wave, sequences, conditions, cut, options, take })) {
        yield progress(wave, share);
      }
    }
    return { values, starts };
  }

  async *nextLogits(
    items: readonly Continued[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, Float32Array> {
    const { sizes } = this.parts.model;
    const { signal } = options;
    const sequences = items.map(({ ids }) => ids);
    this.requireHead();
    this.refuse(sequences, options);
    const stream = new Float32Array(items.length * sizes.width);
    const onEnd = ({ sequences: batch, length }: Batch, rows: Float32Array): void => {
      batch.forEach((item, i) => {
        const last = ((i + 1) * length - 1) * sizes.width;
        stream.set(rows.subarray(last, last + sizes.width), item * sizes.width);
      });
    };
    const pass = { items, conditions: new Conditions(ablations, sizes), ...LAST, signal, onEnd };
    const waves = this.waves(sequences, options);
    const progress = this.progressOf('Continuations', items.length, waves);
    yield* this.load(signal);
    for (const wave of waves) {
      for await (const share of this.body.run(wave, pass)) yield progress(wave, share);
    }
    const logits = await this.head.logits(stream, signal);
    items.forEach((_, i) => {
      const row = logits.subarray(i * sizes.vocabulary, (i + 1) * sizes.vocabulary);
      if (!row.every(Number.isFinite)) throw this.nonFinite(i, sizes.layers - 1);
    });
    return logits;
  }

  async dispose(): Promise<void> {
    await this.body.release();
    await this.head.release();
  }

  /** Hands over what is read of every sequence behind the layers: f32 [rows read, width] and the layer's column. */
  protected async *read(
    sequences: readonly Int32Array[],
    layers: readonly number[],
    readout: Readout,
    options: ForwardOptions & { readonly ablation?: Ablation },
    take: TakeRows,
  ): AsyncGenerator<Progress, void> {
    const columns = new Map(layers.map((layer, column) => [layer, column]));
    const hand = (sequence: number, layer: number, column: number, rows: Float32Array): void => {
      if (!rows.every(Number.isFinite)) throw this.nonFinite(sequence, layer);
      take(sequence, column, rows);
    };
    const onTap = (batch: Batch, layer: number, taps: Float32Array): void => {
      const column = columns.get(layer);
      if (column === undefined) return;
      const size = taps.length / batch.sequences.length;
      batch.sequences.forEach((sequence, i) => hand(sequence, layer, column, taps.subarray(i * size, (i + 1) * size)));
    };
    const items = sequences.map((ids) => ({ ids, condition: 0 }));
    const conditions = new Conditions([options.ablation], this.parts.model.sizes);
    const waves = this.waves(sequences, options);
    // Blocks behind the last layer that is read are neither loaded nor run.
    const to = Math.max(0, ...layers) + 1;
    const progress = this.progressOf('Activations', sequences.length, waves, to);
    yield* this.load(options.signal, 0, to);
    const onEnd = ({ sequences: batch, length }: Batch, stream: Float32Array): void => {
      if (!('positions' in readout)) return;
      batch.forEach((sequence, i) => {
        hand(
          sequence,
          to - 1,
          0,
          rowsAt(stream, i * length, readout.positions[sequence]!, this.parts.model.sizes.width),
        );
      });
    };
    // Tokens of the last block that runs need no readout in the graph, which would be one of every block before it too.
    const atEnd = 'positions' in readout && layers.length === 1 && layers[0] === to - 1;
    const reading = atEnd ? { ...LAST, onEnd } : { readout, onTap };
    for (const wave of waves) {
      const pass = { items, conditions, signal: options.signal, blocks: { from: 0, to }, ...reading };
      for await (const share of this.body.run(wave, pass)) yield progress(wave, share);
    }
  }

  /** One wave under all conditions; yields the share done. */
  private async *scoreWave({
    wave,
    sequences,
    conditions,
    cut,
    options,
    take,
  }: WaveOfScores): AsyncGenerator<number, void> {
    const { sizes } = this.parts.model;
    const { signal } = options;
    const prefixes = new Map<number, Float32Array>();
    // The work is (tokens × blocks), once before the cut and once for every condition after it.
    const after = (sizes.layers - cut) * conditions.count;
    const prefixShare = (BODY_SHARE * cut) / (cut + after);
    if (cut > 0) {
      const onEnd = (batch: Batch, stream: Float32Array): void => {
        const size = batch.length * sizes.width;
        batch.sequences.forEach((sequence, i) => prefixes.set(sequence, stream.slice(i * size, (i + 1) * size)));
      };
      const items = sequences.map((ids) => ({ ids, condition: 0 }));
      const pass = { items, conditions: unablated(sizes), blocks: { from: 0, to: cut }, ...LAST, signal, onEnd };
      for await (const share of this.body.run(wave, pass)) yield share * prefixShare;
    }
    const members = wave.flatMap((batch) => batch.sequences);
    const items = members.flatMap((sequence) => {
      const stream = prefixes.get(sequence);
      const ids = sequences[sequence]!;
      return Array.from({ length: conditions.count }, (_, condition) => ({
        ids,
        condition,
        ...(stream !== undefined && { stream }),
      }));
    });
    const batches = makeBatches(
      items.map(({ ids }) => ids.length),
      sizes,
      options.batchSize,
    );
    const next = new NextTokens(batches, items, sizes.width);
    const onEnd = (batch: Batch, stream: Float32Array): void => next.take(batch, stream);
    const pass = { items, conditions, blocks: { from: cut, to: sizes.layers }, ...LAST, signal, onEnd };
    for await (const share of this.body.run(batches, pass)) yield prefixShare + share * (BODY_SHARE - prefixShare);
    for await (const share of this.head.run(next.stream, next.targets, next.logProbabilities, signal)) {
      yield BODY_SHARE + share * (1 - BODY_SHARE);
    }
    next.hand((item, logProbabilities) =>
      take(members[Math.floor(item / conditions.count)]!, items[item]!.condition, logProbabilities),
    );
  }

  private async *load(
    signal: AbortSignal,
    cut = 0,
    to = this.parts.model.sizes.layers,
  ): AsyncGenerator<Progress, void> {
    if (signal.aborted) throw new Cancelled();
    if (this.executor === 'streaming') return;
    yield { phase: 'Loading the model', done: 0, total: 1, unit: 'model' };
    await this.body.warm(cut, to);
  }

  /** @param copies how many conditions' streams of a sequence wait at once */
  private waves(
    sequences: readonly Int32Array[],
    options: ForwardOptions,
    { shortest = 1, copies = 1 } = {},
  ): Batch[][] {
    const { plan, model } = this.parts;
    const lengths = sequences.map((ids) => ids.length);
    const batches = makeBatches(lengths, model.sizes, options.batchSize).filter(({ length }) => length >= shortest);
    return makeWaves(batches, model.sizes.width * copies, plan.waveBytes);
  }

  private requireHead(): void {
    if (this.parts.weights.hasHead) return;
    throw new UserError(
      `${this.parts.path} has no language-model head`,
      'Choose the model’s version for causal language modelling.',
    );
  }

  private progressOf(phase: string, stimuli: number, waves: readonly Batch[][], blocks?: number): WaveProgress {
    const all = { stimuli, blocks: blocks ?? this.parts.model.sizes.layers };
    return waveProgress(phase, waves, this.executor, all);
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

/** Scores need no taps; the pooling is not read. */
const LAST = { readout: { pooling: 'last' as const } };

interface WaveOfScores {
  /** Batches of sequences, by their index. */
  readonly wave: readonly Batch[];
  readonly sequences: readonly Int32Array[];
  readonly conditions: Conditions;
  /** Blocks before it run once for all conditions. */
  readonly cut: number;
  readonly options: ForwardOptions;
  readonly take: (sequence: number, condition: number, logProbabilities: Float64Array) => void;
}

function unablated(sizes: ArchitectureModel['sizes']): Conditions {
  return new Conditions([undefined], sizes);
}
