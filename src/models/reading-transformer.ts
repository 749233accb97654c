import type { Progress } from '../shared/progress';
import type { Sizes } from './architectures/architecture';
import { checkSequences } from './batches';
import { chosenLayers } from './layer-choice';
import { refuseLongSequences } from './memory';
import { checkPositions } from './pool';
import type { Readout } from './pool';
import type { ModelTokenizer } from './tokenizer';
import type {
  Ablation,
  Continued,
  ForwardOptions,
  ModelDescription,
  Placement,
  Pooling,
  TokenLogProbabilities,
  Transformer,
} from './transformer';

/** What is known of a model before it runs. */
export interface TransformerFacts {
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  readonly placement: Placement;
  readonly files: readonly string[];
  readonly endIds: readonly number[];
  /** Budget in bytes. */
  readonly memory: number;
}

/** Takes what is read of a sequence behind a layer. @param rows f32 [rows read, width] @param column of the layer among those asked for */
export type TakeRows = (sequence: number, column: number, rows: Float32Array) => void;

/** A transformer whose residual stream is read in one way: laid out here for all that ask for it. */
export abstract class ReadingTransformer implements Transformer {
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  readonly placement: Placement;
  readonly files: readonly string[];
  readonly endIds: readonly number[];
  abstract readonly executor: 'resident' | 'streaming';

  private readonly memory: number;

  constructor(
    { description, tokenizer, placement, files, endIds, memory }: TransformerFacts,
    private readonly sizes: Sizes,
  ) {
    this.description = description;
    this.tokenizer = tokenizer;
    this.placement = placement;
    this.files = files;
    this.endIds = endIds;
    this.memory = memory;
  }

  async *activations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & {
      readonly pooling: Pooling;
      readonly layers?: readonly number[];
      readonly ablation?: Ablation;
    },
  ): AsyncGenerator<Progress, Float32Array> {
    const layers = chosenLayers(options.layers, this.sizes.layers);
    this.refuse(sequences, options);
    const { width } = this.sizes;
    const pooled = new Float32Array(sequences.length * layers.length * width);
    yield* this.read(sequences, layers, { pooling: options.pooling }, options, (sequence, column, row) => {
      pooled.set(row, (sequence * layers.length + column) * width);
    });
    return pooled;
  }

  async *tokenActivations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & { readonly positions: readonly Int32Array[]; readonly layers?: readonly number[] },
  ): AsyncGenerator<Progress, Float32Array> {
    const layers = chosenLayers(options.layers, this.sizes.layers);
    this.refuse(sequences, options);
    const { positions } = options;
    const starts = checkPositions(positions, sequences);
    const { width } = this.sizes;
    const stream = new Float32Array(starts[sequences.length]! * layers.length * width);
    yield* this.read(sequences, layers, { positions }, options, (sequence, column, rows) => {
      for (let i = 0; i < positions[sequence]!.length; i += 1) {
        const row = rows.subarray(i * width, (i + 1) * width);
        stream.set(row, ((starts[sequence]! + i) * layers.length + column) * width);
      }
    });
    return stream;
  }

  async *score(sequences: readonly Int32Array[], options: ForwardOptions): AsyncGenerator<Progress, Float64Array> {
    const { values, starts } = yield* this.nextTokens(sequences, [undefined], options);
    return Float64Array.from(sequences, (_, i) =>
      values[0]!.subarray(starts[i], starts[i + 1]).reduce((sum, value) => sum + value, 0),
    );
  }

  abstract nextTokens(
    sequences: readonly Int32Array[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, TokenLogProbabilities>;

  abstract nextLogits(
    items: readonly Continued[],
    ablations: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, Float32Array>;

  abstract dispose(): Promise<void>;

  /** Hands over what is read of every sequence behind the layers. */
  protected abstract read(
    sequences: readonly Int32Array[],
    layers: readonly number[],
    readout: Readout,
    options: ForwardOptions & { readonly ablation?: Ablation },
    take: TakeRows,
  ): AsyncGenerator<Progress, void>;

  /** @throws UserError for sequences that the model or the memory cannot take */
  protected refuse(sequences: readonly Int32Array[], { batchSize }: ForwardOptions): void {
    checkSequences(sequences, this.sizes);
    const lengths = sequences.map((ids) => ids.length);
    refuseLongSequences(lengths, this.sizes, this.description.memory, this.executor, this.memory);
    if (batchSize !== undefined && !(Number.isInteger(batchSize) && batchSize > 0)) {
      throw new RangeError(`batch size ${batchSize}`);
    }
  }
}
