import type { AnalysisResult, AnalysisSpec } from '../shared/analysis';
import type { Figure } from '../shared/figure';
import type { Progress } from '../shared/progress';
import type { Transformer } from '../models/transformer';

/** Numbers that a long run keeps as it goes, so that it can be taken up where it stopped. It only saves time: nothing throws. */
export interface Checkpoint {
  /** The folder itself, for what is too large to write at once; it may not exist yet. */
  readonly folder: string;
  /** What was written under a name; `undefined` where nothing was, or it is damaged. */
  read(name: string): Promise<Float64Array | undefined>;
  write(name: string, data: Float64Array): Promise<void>;
  clear(): Promise<void>;
}

/** Layers of one shape: f32 [layers, rows, width]. */
export interface LayerShape {
  readonly layers: number;
  readonly rows: number;
  readonly width: number;
}

/** Takes layers in parts, in any order; every row of every layer is written once. */
export interface LayerSink {
  /** @param values f32 [some rows, width], from `row` on */
  write(layer: number, row: number, values: Float32Array): Promise<void>;
}

/** Layers that are read one at a time, so that memory holds one of them. */
export interface LayerArrays {
  readonly shape: LayerShape;
  /** @returns f32 [rows, width] of the layer with this index, a copy */
  read(layer: number): Promise<Float32Array>;
}

/** Flat arrays of a piece. */
export type PieceArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** One piece of a divided work: small facts, and flat arrays by name. */
export interface Piece {
  /** JSON-able. */
  readonly facts?: unknown;
  readonly arrays: Readonly<Record<string, PieceArray>>;
  /** What it took, in the work's unit: tokens, rows. */
  readonly work: number;
}

/**
 * Work that falls into named pieces, each made alone. Names and their order are planned before anything is divided, from
 * content and settings only: never from threads, memory or the number of shards, nor may a piece's numbers depend on them.
 */
export interface DividedWork {
  /** One of the stages of the spec. */
  readonly stage: string;
  /** Names of the pieces, in the order in which they are merged. */
  readonly pieces: readonly string[];
  /** Where pieces are kept, by content; absent: in memory, so that nothing is taken up again and nothing is sharded. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Of the progress: "Feature firing", in "tokens". */
  readonly phase: string;
  readonly unit: string;
  /** Work of every piece where it is known beforehand; absent: told from the pieces that are done. */
  readonly sizes?: readonly number[] | undefined;
  /** Pieces made at the same time (default 1). */
  readonly atOnce?: number | undefined;
  /** Whether `make` takes the next piece in the same call, where that saves work (default: each alone). */
  together?(index: number, next: number): boolean;
  /** Makes the pieces with these indices. Progress of the work's own phase counts from 0 in each call. */
  make(indices: readonly number[]): AsyncGenerator<Progress, readonly Piece[]>;
}

/** The pieces of a divided work, all made. */
export interface Pieces {
  /** Reads one, or makes it again where the disk lost it. */
  read(index: number): Promise<Piece>;
}

/** What the engine lends to a running analysis. */
export interface RunContext {
  readonly signal: AbortSignal;
  /** The one seed of the result. */
  readonly seed: number;
  readonly threads: number;
  /** Memory budget in bytes; decides between resident and streaming. */
  readonly memory: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
  /**
   * Opens a model once per run; recorded in the provenance. Throws `UserError` where it cannot be opened.
   * `untrainedSeed`: the same architecture with random weights from this seed.
   */
  openModel(path: string, options?: { readonly untrainedSeed?: number | undefined }): Promise<Transformer>;
  /** Absolute path of a file shipped with Brainlens under `samples/`. */
  sample(relative: string): string;
  /** Notes an input file for the provenance (size and SHA-256). */
  recordInput(path: string, role: string): void;
  /** SHA-256 of a file's content, remembered. Throws `UserError` where it cannot be read. */
  hash(path: string): Promise<string>;
  /**
   * What an earlier run of the same work left when it was cancelled: the same version, file contents and settings. It is
   * removed when the result of this run has been written.
   */
  checkpoint(files: readonly string[], settings: unknown): Promise<Checkpoint>;
  /**
   * Layers from the activation cache, or else those that `compute` writes, which are then kept for later runs. `key` is
   * JSON-able and holds all that the numbers depend on: hashes of files, ids, settings. Readable until the run ends.
   */
  cached(
    key: unknown,
    shape: LayerShape,
    compute: (sink: LayerSink) => AsyncGenerator<Progress, void>,
  ): AsyncGenerator<Progress, LayerArrays>;
  /**
   * Makes the pieces that are missing, in order. A run of one shard makes its share of a stage and goes no further (the
   * call does not return); any other makes all, or finds what shards have made.
   */
  divided(work: DividedWork): AsyncGenerator<Progress, Pieces>;
  /** A stage of one piece is over, whose work is kept elsewhere (the activation cache): a shard of it goes no further. */
  reached(stage: string): void;
  /**
   * Writes a folder beside the result's, `<out>-checkpoint`, or replaces it: it outlives a cancel and goes when the result
   * is there. `what` says in a few words what it holds; `write` fills the folder that it is given.
   */
  keep(what: string, write: (folder: string) => Promise<void>): Promise<void>;
  /** A note that the person must see with the result; stored under `result.warnings`. */
  warn(message: string): void;
}

/** One analysis: its spec, how it computes, what it shows. */
export interface Analysis<Spec = unknown> {
  readonly spec: AnalysisSpec<Spec, unknown>;
  /** Runs; yields progress at least once a second where the work allows; throws `UserError` or `Cancelled`. */
  run(spec: Spec, context: RunContext): AsyncGenerator<Progress, AnalysisResult>;
  /** Library-neutral figures, downsampled, ≤ 2 MB as JSON in all. */
  figures(result: AnalysisResult): Figure[];
  /** One line for a table row or a lens. */
  summary(result: AnalysisResult): string;
}
