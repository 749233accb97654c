import type { Progress } from '../shared/progress';
import type { ModelTokenizer } from './tokenizer';

export type Pooling = 'last' | 'mean' | 'sum';

/** Facts about an opened model, for `info`, the panel and the provenance. */
export interface ModelDescription {
  readonly family: string;
  /** Number of blocks L. */
  readonly layers: number;
  /** Width d of the residual stream. */
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly parameters: number;
  /** Stored type of most weights: "F32", "BF16", "Q4_1". */
  readonly dtype: string;
  readonly vocabulary: number;
  /** Largest number of positions. */
  readonly context: number;
  readonly verified: boolean;
  /** Bytes needed at the peak of a run, by way of running. */
  readonly memory: { readonly resident: number; readonly streaming: number };
}

export interface ForwardOptions {
  readonly signal: AbortSignal;
  /** f32 [layers, width], 1 keeps a unit and 0 silences it, applied to the stream after each block; absent: all ones. */
  readonly mask?: Float32Array;
  /** Sequences per batch at most (default chosen for speed); it never changes a number beyond 1e-5. */
  readonly batchSize?: number;
}

/** A runnable transformer over the user's own weight files. Token sequences never share padding: batches have equal lengths. */
export interface Transformer {
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  /** How it runs: chosen from the memory budget. */
  readonly executor: 'resident' | 'streaming';
  /** Files that make up the model, absolute. */
  readonly files: readonly string[];

  /**
   * Pooled residual stream after blocks `layers` (−1 = embedding output; default 0…L−1), before the final norm.
   * @returns f32 [sequences, layers, width]
   */
  activations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & { readonly pooling: Pooling; readonly layers?: readonly number[] },
  ): AsyncGenerator<Progress, Float32Array>;

  /**
   * Summed natural-log probability of every sequence's tokens after its first token (BOS, where the tokenizer adds one).
   * @returns logprobs f64 [sequences]; a sequence of one token gives 0
   */
  score(sequences: readonly Int32Array[], options: ForwardOptions): AsyncGenerator<Progress, Float64Array>;

  /** Frees sessions and memory. */
  dispose(): Promise<void>;
}
