/** A model's own tokenizer, run by `@huggingface/tokenizers`. */
export interface ModelTokenizer {
  /** Special tokens are added as the model's own tokenizer adds them. `maxTokens` truncates on the right, BOS included. */
  encode(text: string, maxTokens?: number): Int32Array;
  /** The text piece of one token id, for tables. */
  token(id: number): string;
  /** Hex SHA-256 of what defines the tokenizer. */
  readonly sha256: string;
  /** "BOS <s> added" or "none added": recorded in every result. */
  readonly specialTokens: string;
  readonly bosId: number | undefined;
}
