type Json = Record<string, unknown>;

/** What the two kinds of vocabulary differ in. */
export interface TokenizerPipeline {
  readonly model: Json;
  readonly normalizer: Json | null;
  readonly preTokenizer: Json | null;
  readonly decoder: Json;
  /** Whether BOS and EOS are added where the metadata do not say. */
  readonly addsBos: boolean;
  readonly addsEos: boolean;
}

/** Texts to ids; of two equal texts the later counts, as in Python. */
export function vocabularyOf(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}
