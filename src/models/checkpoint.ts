/** Stored type of a tensor that ONNX Runtime can read in place. */
export type StoredType = 'F32' | 'F16' | 'BF16';

/** Where one tensor's bytes lie: little-endian, C order, contiguous. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Real path (symlinks resolved). */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A model as files: Hugging Face's `config.json` fields, tensors by their Hugging Face names, tokenizer files. */
export interface Checkpoint {
  /** The path that the person gave: a folder or a `.gguf`. */
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Tensors in other stored types, by name, for messages. */
  readonly others?: ReadonlyMap<string, string>;
  /** Parsed `tokenizer.json`, and `tokenizer_config.json` as the files around it complete it. */
  readonly tokenizer: { readonly json: Record<string, unknown>; readonly config: Record<string, unknown> };
  /** What the person's files say: "F32", "BF16", "Q4_1", … */
  readonly dtype: string;
  /** The person's own files that define the model (not caches), absolute. */
  readonly files: readonly string[];
}
