type Json = Readonly<Record<string, unknown>>;

/** Classes that transformers' `AutoTokenizer` takes for a model type where no file names one. */
const CLASS_OF_MODEL: Readonly<Record<string, string>> = { llama: 'LlamaTokenizer', gpt2: 'GPT2Tokenizer' };

/**
 * What Python's `AutoTokenizer` makes of a folder's files beside `tokenizer.json` (transformers 4.57): the class is that
 * of `tokenizer_config.json`, else that of `config.json`, else the one that the model type implies; without an
 * `added_tokens_decoder` the special tokens are those of `special_tokens_map.json`.
 * @param tokenizerConfig `tokenizer_config.json`, `{}` when absent
 * @param specialTokensMap `special_tokens_map.json`, `{}` when absent
 * @param modelConfig `config.json`
 */
export function effectiveConfig(
  tokenizerConfig: Json,
  specialTokensMap: Json,
  modelConfig: Json,
): Record<string, unknown> {
  const config = readsSpecialTokensMap(tokenizerConfig) ? { ...tokenizerConfig, ...specialTokensMap } : tokenizerConfig;
  const implied = CLASS_OF_MODEL[String(modelConfig['model_type'])];
  const className = config['tokenizer_class'] ?? modelConfig['tokenizer_class'] ?? implied;
  return className === undefined ? { ...config } : { ...config, tokenizer_class: className };
}

/** Whether `special_tokens_map.json` counts beside this `tokenizer_config.json`. */
export function readsSpecialTokensMap(tokenizerConfig: Json): boolean {
  return !('added_tokens_decoder' in tokenizerConfig);
}
