import type { Sizes } from '../architectures/architecture';
import { ModelConfig } from '../architectures/config';

/** What `config.json` must tell of an export: sizes by whatever name the family calls them. */
export interface ExportConfig {
  readonly family: string;
  readonly sizes: Sizes;
}

const NAMES = {
  layers: ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'],
  width: ['hidden_size', 'n_embd', 'd_model'],
  heads: ['num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'attention_heads'],
  context: ['max_position_embeddings', 'n_positions', 'max_seq_len', 'n_ctx', 'seq_length'],
} as const;

/**
 * Reads the sizes of any decoder's config, whose family Brainlens need not know: the graph holds the computation.
 * @param path the export's path, for messages
 * @throws UserError where a size is missing or no number
 */
export function exportConfig(fields: Readonly<Record<string, unknown>>, path: string): ExportConfig {
  const whole = new ModelConfig(fields, path);
  const config = whole.section('text_config') ?? whole;
  const size = (part: keyof typeof NAMES): number =>
    config.count(NAMES[part].find((name) => config.has(name)) ?? NAMES[part][0]);
  const width = size('width');
  const heads = size('heads');
  return {
    family: whole.text('model_type'),
    sizes: {
      layers: size('layers'),
      width,
      heads,
      kvHeads: config.has('num_key_value_heads') ? config.count('num_key_value_heads') : heads,
      headWidth: config.has('head_dim') ? config.count('head_dim') : Math.floor(width / heads),
      inner: config.has('intermediate_size') ? config.count('intermediate_size') : 4 * width,
      vocabulary: config.count('vocab_size'),
      context: size('context'),
    },
  };
}
