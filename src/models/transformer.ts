import type { Progress } from '../shared/progress';
import type { Provider } from '../shared/provider';
import type { Parity } from './parity';
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
  /**
   * Sequences of up to so many tokens give every token the stream that it has in any longer one of them; beyond it the
   * rotary angles follow the length of the sequence (`dynamic`, `longrope`). Absent: any length.
   */
  readonly steadyTo?: number;
  /** Whether the tests hold this family against PyTorch with every setting that this model has. */
  readonly verified: boolean;
  /** `supported`: the same code, with settings that no test covers. */
  readonly support: 'verified' | 'supported';
  /** The settings that no test covers, as `hidden_act = "relu"`. */
  readonly uncovered: readonly string[];
  /**
   * Bytes needed at the peak of a run, by way of running; `head`: what scores and continuations take more where a
   * resident model's budget has room for the whole unembedding (else it goes in parts, and they take no more).
   */
  readonly memory: { readonly resident: number; readonly streaming: number; readonly head?: number };
}

/** Where a model's graphs run, and how that was settled. */
export interface Placement {
  readonly provider: Provider;
  /** How far its numbers lie from the CPU's on the first batch; absent on the CPU. */
  readonly parity?: Parity;
  /** Why it is not the provider that was asked for. */
  readonly warning?: string;
}

/** What becomes of the residual stream after each block: x ← x ⊙ keep + fill, at every token. */
export interface Ablation {
  /** f32 [layers, width]: 1 keeps a unit, 0 silences it. */
  readonly keep: Float32Array;
  /** f32 [layers, width], added after `keep`: a silenced unit's mean for mean ablation. Absent: zeros. */
  readonly fill?: Float32Array;
}

/** Natural-log probabilities of every token after its sequence's first. */
export interface TokenLogProbabilities {
  /** One array per condition, f64, the sequences end to end. */
  readonly values: readonly Float64Array[];
  /** Where each sequence starts in them, and the end: i32 [sequences + 1]. */
  readonly starts: Int32Array;
}

/** A sequence to be continued, under the condition of this index. */
export interface Continued {
  readonly ids: Int32Array;
  readonly condition: number;
}

export interface ForwardOptions {
  readonly signal: AbortSignal;
  /** Sequences per batch at most (default chosen for speed); it never changes a number beyond 1e-5. */
  readonly batchSize?: number;
}

/** A runnable transformer over the user's own weight files. Token sequences never share padding: batches have equal lengths. */
export interface Transformer {
  readonly description: ModelDescription;
  readonly tokenizer: ModelTokenizer;
  /** How it runs: chosen from the memory budget. */
  readonly executor: 'resident' | 'streaming';
  /** Where it runs; absent: on the CPU. */
  readonly placement?: Placement;
  /** Files that make up the model, absolute. */
  readonly files: readonly string[];
  /** Token ids that end a text, as config and tokenizer name them. */
  readonly endIds: readonly number[];

  /**
   * Pooled residual stream after blocks `layers` (−1 = embedding output; default 0…L−1), before the final norm.
   * @returns f32 [sequences, layers, width]
   */
  activations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & {
      readonly pooling: Pooling;
      readonly layers?: readonly number[];
      readonly ablation?: Ablation;
    },
  ): AsyncGenerator<Progress, Float32Array>;

  /**
   * Residual stream at chosen tokens, behind blocks `layers` as for `activations`.
   * @param options `positions`: of every sequence the tokens to read, from 0; a sequence may have none
   * @returns f32 [all positions, layers, width], the sequences end to end, each in the order of its positions
   */
  tokenActivations(
    sequences: readonly Int32Array[],
    options: ForwardOptions & {
      readonly positions: readonly Int32Array[];
      readonly layers?: readonly number[];
    },
  ): AsyncGenerator<Progress, Float32Array>;

  /**
   * Log probability of every token after its sequence's first, under every condition: an ablation, or `undefined` for
   * the model as it is. All conditions share the work: blocks before the first ablated one run once, the others run
   * for all conditions together.
   */
  nextTokens(
    sequences: readonly Int32Array[],
    conditions: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, TokenLogProbabilities>;

  /**
   * Summed natural-log probability of every sequence's tokens after its first token (BOS, where the tokenizer adds one).
   * @returns logprobs f64 [sequences]; a sequence of one token gives 0
   */
  score(sequences: readonly Int32Array[], options: ForwardOptions): AsyncGenerator<Progress, Float64Array>;

  /**
   * Logits of the token that follows each sequence, each under its own condition.
   * @returns f32 [sequences, vocabulary]
   */
  nextLogits(
    sequences: readonly Continued[],
    conditions: readonly (Ablation | undefined)[],
    options: ForwardOptions,
  ): AsyncGenerator<Progress, Float32Array>;

  /** Frees sessions and memory. */
  dispose(): Promise<void>;
}
