import type { TensorEntry } from '../checkpoint';
import type { Graph, Value } from '../graph';
import type { ModelConfig } from './config';

/** How Hugging Face initialises a parameter before training: for `--untrained`. */
export type Initial = 'normal' | 'residual' | 'zeros' | 'ones';

/** A parameter that the family reads: its canonical name, its shape as stored, how it starts. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Initial;
  /** A row that starts at zero: that of the padding token. */
  readonly zeroRow?: number | undefined;
}

/** Sizes of one model of a family, from its config. */
export interface Sizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  /** Widest row inside a block (the MLP's hidden layer), for memory estimates. */
  readonly inner: number;
  readonly vocabulary: number;
  readonly context: number;
}

/** Angles of rotary position embedding, for positions 0…length−1: f32 [length, rotated/2] each. */
export interface RotaryTables {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** What flows beside the residual stream: positions i64 [batch, length] and what derives from them. */
export interface Surroundings {
  readonly positions: Value;
  /** The shape (batch, length, −1) as i64 [3], to give rows back their sequences. */
  readonly sequenceShape: Value;
  /** f32 [length, rotated/2]; only where the family rotates. */
  readonly rotary?: RotaryValues;
  /** The tables of blocks with a sliding window, where those have their own (Gemma 3). */
  readonly localRotary?: RotaryValues;
  /** Masks of sliding windows that the graph has so far, by width of the window; blocks share them. */
  readonly masks: Map<number, Value>;
}

/** Rotary tables inside a graph, f32 [length, rotated/2] each. */
export interface RotaryValues {
  readonly cos: Value;
  readonly sin: Value;
}

/** Finds a parameter's place in the files by its canonical name. */
export type Weights = (name: string) => TensorEntry;

/**
 * One model of a family: what it reads and how it computes. The residual stream is f32 [batch · length, width]
 * throughout, rows in sequence order.
 */
export interface ArchitectureModel {
  readonly sizes: Sizes;
  /** Prefix that tensor names may or may not carry in files: `model.`, `transformer.`. */
  readonly prefix: string;
  /** Beginnings of tensor names and what may stand in files instead. */
  readonly aliases?: readonly (readonly [ours: string, theirs: string])[];
  readonly embedding: readonly Parameter[];
  block(index: number): readonly Parameter[];
  /** The final norm. */
  readonly finalNorm: readonly Parameter[];
  /** The matrix [vocabulary, width] that turns the normed stream into logits; the embedding itself where tied. */
  readonly unembedding: Parameter;
  /** [vocabulary], added to the logits; absent in most families. */
  readonly unembeddingBias?: Parameter;
  /** Columns of the rotary tables, or `undefined` where the family has no rotary positions. */
  readonly rotaryWidth: number | undefined;
  rotaryTables(length: number): RotaryTables;
  /** Tables of blocks with a sliding window, as many columns, where those have their own. */
  localRotaryTables?(length: number): RotaryTables;
  /**
   * Sequences of up to so many tokens give every token the stream that it has in any longer one of them; beyond it the
   * rotary angles follow the length of the sequence. Absent: any length.
   */
  readonly steadyTo?: number;
  /** Logits become cap · tanh(logit / cap). */
  readonly logitCap?: number;

  /** ids i32 [batch · length] → stream. */
  embed(graph: Graph, weights: Weights, ids: Value, around: Surroundings): Value;
  /** stream → stream after block `index`. */
  runBlock(graph: Graph, weights: Weights, index: number, stream: Value, around: Surroundings): Value;
  /** Rows of the stream → rows that the unembedding takes. */
  norm(graph: Graph, weights: Weights, rows: Value): Value;
}

/**
 * Settings of `config.json` that switch the computation, and of each the values that a golden variant has: texts and
 * flags as they are, `'number'`, `'list'` and `'object'` for any of these, null for a setting that is null or absent.
 * `rope` is the rule of rope scaling (`'default'` without one), `rope.x` a setting inside its section.
 */
export type Covered = Readonly<Record<string, readonly (string | boolean | null)[]>>;

/** A family of models, told by `model_type`. */
export interface Architecture {
  readonly family: string;
  readonly modelTypes: readonly string[];
  /** Names that people know, for the table of families. */
  readonly models: string;
  /** What the tests hold against PyTorch; a model with other settings is supported, not verified. */
  readonly covered: Covered;
  /** Reads and checks the config; refuses, by name, what it would have to ignore. */
  configure(config: ModelConfig): ArchitectureModel;
}
