import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { makeBatches } from '../batches';
import type { Batch } from '../batches';
import { Conditions } from '../conditions';
import { startsOf } from '../next-tokens';
import { poolFeed, rowsRead } from '../pool';
import type { Readout } from '../pool';
import type { Feed } from '../runtime';
import { ReadingTransformer } from '../reading-transformer';
import type { TakeRows, TransformerFacts } from '../reading-transformer';
import type { Ablation, Continued, ForwardOptions, TokenLogProbabilities } from '../transformer';
import { waveProgress } from '../wave-progress';
import { ExportRunner } from './export-runner';
import type { ExportPass, RunnerParts } from './export-runner';
import { logProbability } from './log-probability';

/** Logits of one run: batches are cut so that they stay within it where they can. */
const LOGIT_BYTES = 64e6;

export interface ExportParts extends RunnerParts, TransformerFacts {}

/**
 * A transformer that is an ONNX export: the graph runs whole, rewritten so that it gives the residual stream or the logits
 * (see `rewrite`).
 */
export class OnnxTransformer extends ReadingTransformer {
  readonly executor = 'resident';
  private readonly runner: ExportRunner;

  constructor(private readonly parts: ExportParts) {
    super(parts, parts.sizes);
    this.runner = new ExportRunner(parts);
  }

  async *nextTokens(
    sequences: readonly Int32Array[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, TokenLogProbabilities> {
    this.refuse(sequences, options);
    const starts = startsOf(sequences);
    const values = ablations.map(() => new Float64Array(starts[sequences.length]!));
    const items = sequences.flatMap((ids) => ablations.map((_, condition) => ({ ids, condition })));
    yield* this.runLogits('Scores', items, ablations, { ...options, shortest: 2 }, (item, logits) => {
      const { ids, condition } = items[item]!;
      const sequence = Math.floor(item / ablations.length);
      const columns = logits.length / ids.length;
      for (let i = 0; i + 1 < ids.length; i += 1) {
        const value = logProbability(logits.subarray(i * columns, (i + 1) * columns), ids[i + 1]!);
        if (!Number.isFinite(value)) throw this.nonFinite(sequence);
        values[condition]![starts[sequence]! + i] = value;
      }
    });
    return { values, starts };
  }

  async *nextLogits(
    items: readonly Continued[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, Float32Array> {
    const sequences = items.map(({ ids }) => ids);
    this.refuse(sequences, options);
    const { vocabulary } = this.parts.sizes;
    const all = new Float32Array(items.length * vocabulary);
    yield* this.runLogits('Continuations', items, ablations, { ...options, shortest: 1 }, (item, logits) => {
      const columns = logits.length / sequences[item]!.length;
      const row = logits.subarray(logits.length - columns).subarray(0, vocabulary);
      if (!row.every(Number.isFinite)) throw this.nonFinite(item);
      all.set(row, item * vocabulary);
    });
    return all;
  }

  async dispose(): Promise<void> {
    await this.runner.release();
  }

  /** Hands over what is read of every sequence behind the layers: f32 [rows read, width] and the layer's column. */
  protected async *read(
    sequences: readonly Int32Array[],
    layers: readonly number[],
    readout: Readout,
    options: ForwardOptions & { readonly ablation?: Ablation },
    take: TakeRows,
  ): AsyncGenerator<Progress, void> {
    const { width } = this.parts.sizes;
    const items = sequences.map((ids) => ({ ids, condition: 0 }));
    const conditions = new Conditions([options.ablation], this.parts.sizes);
    const purpose = { taps: Math.max(0, ...layers) + 1 };
    const pool = (batch: Batch): Feed => poolFeed(readout, batch);
    const receive = (batch: Batch, output: Float32Array, taps: number): void => {
      const rows = rowsRead(readout, batch) * width;
      const step = batch.sequences.length * rows;
      if (output.length !== (taps + 1) * step) throw this.otherWidth(output.length / (taps + 1) / (step / width));
      batch.sequences.forEach((sequence, i) => {
        layers.forEach((layer, column) => {
          const from = (layer + 1) * step + i * rows;
          const read = output.subarray(from, from + rows);
          if (!read.every(Number.isFinite)) throw this.nonFinite(sequence);
          take(sequence, column, read);
        });
      });
    };
    const batches = this.batches(items, options);
    yield* this.run('Activations', { purpose, items, conditions, batches, pool, take: receive }, options);
  }

  /** Hands over every item's logits, f32 [length, columns]. */
  private async *runLogits(
    phase: string,
    items: readonly Continued[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions & { readonly shortest: number },
    take: (item: number, logits: Float32Array) => void,
  ): AsyncGenerator<Progress, void> {
    const { sizes } = this.parts;
    const conditions = new Conditions(ablations, sizes);
    const longest = items.reduce((most, { ids }) => Math.max(most, ids.length), 1);
    const fitting = Math.max(1, Math.floor(LOGIT_BYTES / (4 * sizes.vocabulary * longest)));
    const batchSize = Math.min(fitting, options.batchSize ?? Infinity);
    const batches = this.batches(items, { ...options, batchSize }).filter(({ length }) => length >= options.shortest);
    const receive = (batch: Batch, output: Float32Array): void => {
      const size = output.length / batch.sequences.length;
      if (size % batch.length !== 0 || size / batch.length < sizes.vocabulary) throw this.otherVocabulary();
      batch.sequences.forEach((item, i) => take(item, output.subarray(i * size, (i + 1) * size)));
    };
    yield* this.run(phase, { purpose: 'logits', items, conditions, batches, take: receive }, options);
  }

  private async *run(
    phase: string,
    pass: Omit<ExportPass, 'signal'>,
    { signal }: ForwardOptions,
  ): AsyncGenerator<Progress, void> {
    if (pass.batches.length === 0) return;
    yield { phase: 'Loading the model', done: 0, total: 1, unit: 'model' };
    await this.runner.load(pass.purpose);
    const wave = [...pass.batches];
    const all = { stimuli: pass.items.length, blocks: this.parts.sizes.layers };
    const progress = waveProgress(phase, [wave], 'resident', all);
    for await (const share of this.runner.run({ ...pass, signal })) yield progress(wave, share);
  }

  private batches(items: readonly { readonly ids: Int32Array }[], { batchSize }: Partial<ForwardOptions>): Batch[] {
    const lengths = items.map(({ ids }) => ids.length);
    return makeBatches(lengths, this.parts.sizes, Math.min(this.runner.batchLimit, batchSize ?? Infinity));
  }

  private nonFinite(sequence: number): UserError {
    return new UserError(
      `${this.parts.path}: the numbers of stimulus ${sequence + 1} are not finite`,
      'The export overflows (float16 often does) or is damaged: use another, or the safetensors weights.',
    );
  }

  private otherWidth(found: number): UserError {
    return new UserError(
      `${this.parts.path}: the stream of the graph has ${found} units, but config.json names ${this.parts.sizes.width}`,
      'Get graph and config.json from one place.',
    );
  }

  private otherVocabulary(): UserError {
    return new UserError(
      `${this.parts.path}: the graph gives fewer logits than one for each of the ${this.parts.sizes.vocabulary} tokens`,
      'Export it again so that it keeps the logits of all positions, or get graph and config.json from one place.',
    );
  }
}
