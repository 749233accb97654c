import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorsOf } from './family-model';
import type { Variant, VariantTensor } from './family-model';
import type { MetadataValue, TensorRecord } from './gguf-bytes';
import { golden } from './support';

type Fields = Readonly<Record<string, unknown>>;
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** Hugging Face names → GGUF names, by the `gguf` package (`test/golden/gguf/names.py`). */
const names = JSON.parse(readFileSync(join(golden, '../gguf/names.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/** A variant of a family as a GGUF file: what llama.cpp's converter does to it. */
export interface Case {
  readonly architecture: string;
  readonly variant: string;
  readonly metadata: (config: Fields) => Metadata;
  /** What the converter does to a tensor's values. */
  readonly convert?: (tensor: VariantTensor, config: Fields) => Float32Array;
  /** Tensors that the converter adds. */
  readonly extra?: (config: Fields) => readonly TensorRecord[];
  readonly pieces?: boolean;
}

/** Gemma multiplies by 1 + weight; GGUF holds the sum. */
const gemmaNorms: NonNullable<Case['convert']> = ({ name, values }) =>
  name.endsWith('norm.weight') ? values.map((value) => value + 1) : values;

/** Rows of all queries, then of all keys, then of all values, out of groups of `queries` queries, a key and a value. */
function ungrouped({ shape, values }: VariantTensor, groups: number, queries: number): Float32Array {
  const columns = shape[1] ?? 1;
  const heads = groups * (queries + 2);
  const size = (shape[0]! / heads) * columns;
  const head = (group: number, place: number): number[] => {
    const at = (group * (queries + 2) + place) * size;
    return [...values.subarray(at, at + size)];
  };
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  return Float32Array.from([
    ...range(groups).flatMap((group) => range(queries).flatMap((place) => head(group, place))),
    ...range(groups).flatMap((group) => head(group, queries)),
    ...range(groups).flatMap((group) => head(group, queries + 1)),
  ]);
}

const decoder = (architecture: string, config: Fields): Metadata => ({
  [`${architecture}.attention.head_count_kv`]: config['num_key_value_heads'] as number,
  [`${architecture}.attention.layer_norm_rms_epsilon`]: config['rms_norm_eps'] as number,
});
const head = (architecture: string, config: Fields): Metadata => ({
  [`${architecture}.attention.key_length`]: config['head_dim'] as number,
  [`${architecture}.attention.value_length`]: config['head_dim'] as number,
});
const theta = (architecture: string, config: Fields): Metadata => ({
  [`${architecture}.rope.freq_base`]: config['rope_theta'] as number,
});
const scaling = (config: Fields): Fields => config['rope_scaling'] as Fields;

export const cases: readonly Case[] = [
  {
    architecture: 'qwen2',
    variant: 'qwen2',
    metadata: (config) => ({ ...decoder('qwen2', config), ...theta('qwen2', config) }),
  },
  {
    architecture: 'qwen2',
    variant: 'qwen2-yarn',
    metadata: (config) => ({
      ...decoder('qwen2', config),
      ...theta('qwen2', config),
      'qwen2.rope.scaling.type': 'yarn',
      'qwen2.rope.scaling.factor': scaling(config)['factor'] as number,
      'qwen2.rope.scaling.original_context_length': scaling(config)['original_max_position_embeddings'] as number,
    }),
  },
  {
    architecture: 'qwen3',
    variant: 'qwen3',
    metadata: (config) => ({ ...decoder('qwen3', config), ...theta('qwen3', config), ...head('qwen3', config) }),
  },
  {
    architecture: 'gemma',
    variant: 'gemma',
    pieces: true,
    convert: gemmaNorms,
    metadata: (config) => ({ ...decoder('gemma', config), ...head('gemma', config) }),
  },
  {
    architecture: 'gemma2',
    variant: 'gemma2-gguf',
    pieces: true,
    convert: gemmaNorms,
    metadata: (config) => ({
      ...decoder('gemma2', config),
      ...head('gemma2', config),
      'gemma2.attention.sliding_window': config['sliding_window'] as number,
      'gemma2.attn_logit_softcapping': config['attn_logit_softcapping'] as number,
      'gemma2.final_logit_softcapping': config['final_logit_softcapping'] as number,
    }),
  },
  {
    architecture: 'gemma3',
    variant: 'gemma3-gguf',
    pieces: true,
    convert: gemmaNorms,
    metadata: (config) => ({
      ...decoder('gemma3', config),
      ...head('gemma3', config),
      ...theta('gemma3', config),
      'gemma3.attention.sliding_window': config['sliding_window'] as number,
      'gemma3.rope.scaling.type': 'linear',
      'gemma3.rope.scaling.factor': scaling(config)['factor'] as number,
    }),
  },
  {
    architecture: 'phi3',
    variant: 'phi3',
    pieces: true,
    metadata: (config) => ({
      ...decoder('phi3', config),
      ...theta('phi3', config),
      'phi3.rope.dimension_count': 4,
      'phi3.attention.sliding_window': 0,
      'phi3.rope.scaling.original_context_length': 4096,
    }),
  },
  {
    architecture: 'phi3',
    variant: 'phi3-longrope',
    pieces: true,
    metadata: (config) => {
      const ratio = (config['max_position_embeddings'] as number) / 16;
      return {
        ...decoder('phi3', config),
        ...theta('phi3', config),
        'phi3.rope.dimension_count': 8,
        'phi3.attention.sliding_window': 0,
        'phi3.rope.scaling.original_context_length': 16,
        'phi3.rope.scaling.attn_factor': Math.sqrt(1 + Math.log(ratio) / Math.log(16)),
      };
    },
    extra: (config) =>
      (['long', 'short'] as const).map((kind) => {
        const factors = Float32Array.from(scaling(config)[`${kind}_factor`] as number[]);
        const data = new Uint8Array(factors.buffer);
        return { name: `rope_factors_${kind}.weight`, type: 0, shape: [factors.length], data };
      }),
  },
  ...(['gpt_neox', 'gpt_neox-sequential'] as const).map((variant): Case => ({
    architecture: 'gptneox',
    variant,
    convert: (tensor, config) =>
      tensor.name.includes('query_key_value')
        ? ungrouped(tensor, config['num_attention_heads'] as number, 1)
        : tensor.values,
    metadata: (config) => {
      const headDim = (config['hidden_size'] as number) / (config['num_attention_heads'] as number);
      return {
        'gptneox.attention.layer_norm_epsilon': config['layer_norm_eps'] as number,
        'gptneox.rope.dimension_count': Math.trunc(((config['rotary_pct'] as number | undefined) ?? 0.25) * headDim),
        'gptneox.use_parallel_residual': (config['use_parallel_residual'] as boolean | undefined) ?? true,
        ...(variant !== 'gpt_neox' && {
          'gptneox.rope.freq_base': config['rotary_emb_base'] as number,
          'gptneox.rope.scaling.type': 'linear',
          'gptneox.rope.scaling.factor': scaling(config)['factor'] as number,
        }),
      };
    },
  })),
  ...(['falcon-7b', 'falcon-40b'] as const).map((variant): Case => ({
    architecture: 'falcon',
    variant,
    convert: (tensor) => {
      if (!tensor.name.includes('query_key_value')) return tensor.values;
      return variant === 'falcon-7b' ? ungrouped(tensor, 1, 4) : ungrouped(tensor, 2, 2);
    },
    metadata: (config) => ({
      'falcon.attention.layer_norm_epsilon': config['layer_norm_epsilon'] as number,
      'falcon.attention.head_count_kv': variant === 'falcon-7b' ? 1 : 2,
      'falcon.tensor_data_layout': 'jploski',
      ...(variant === 'falcon-40b' && theta('falcon', config)),
    }),
  })),
  {
    architecture: 'mpt',
    variant: 'mpt',
    metadata: (config) => ({
      'mpt.attention.layer_norm_epsilon': config['layer_norm_epsilon'] as number,
      'mpt.attention.max_alibi_bias': 8,
    }),
  },
];

/** Byte-level characters to ids, as the variants' tokenizer has them. */
function vocabulary(): Readonly<Record<string, number>> {
  const { model } = JSON.parse(readFileSync(join(golden, 'gpt2/tokenizer.json'), 'utf8')) as {
    model: { vocab: Readonly<Record<string, number>> };
  };
  return model.vocab;
}

/** Ids of characters in the list of tokens, which begins with the first of the alphabet. */
export function alphabetIds(text: string): number[] {
  const ids = vocabulary();
  const first = Math.min(...Object.values(ids));
  return [...text].map((character) => ids[character]! - first);
}

/** The byte-level alphabet and one merge, or pieces with bytes as a fallback. */
function tokenizerOf(pieces: boolean): Metadata {
  if (pieces) {
    const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
    return {
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': ['<pad>', '<eos>', '<bos>', '<unk>', ...bytes],
      'tokenizer.ggml.scores': Array.from({ length: 260 }, () => 0),
      'tokenizer.ggml.token_type': [3, 3, 3, 2, ...bytes.map(() => 6)],
      'tokenizer.ggml.bos_token_id': 2,
      'tokenizer.ggml.unknown_token_id': 3,
      'tokenizer.ggml.add_space_prefix': false,
    };
  }
  const alphabet = Object.entries(vocabulary()).sort((a, b) => a[1] - b[1]);
  return {
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.pre': 'gpt-2',
    'tokenizer.ggml.tokens': [...alphabet.map(([token]) => token), 'Ġt'],
    'tokenizer.ggml.merges': ['Ġ t'],
  };
}

function ggufName(architecture: string, name: string): string {
  const [, stem, block, rest, kind] = /^(.*?)(?:\.(\d+)\.(.*))?\.(weight|bias)$/.exec(name)!;
  const pattern = block === undefined ? stem! : `${stem}.*.${rest}`;
  const target = names[architecture]![pattern];
  if (target === undefined) throw new Error(`gguf has no name for ${name}`);
  return `${target.replace('*', block ?? '')}.${kind}`;
}

/** A variant's tensors as the file holds them. */
export function recordsOf({ architecture, convert, extra }: Case, variant: Variant): TensorRecord[] {
  const own = tensorsOf(variant).map((tensor): TensorRecord => {
    const values = convert?.(tensor, variant.config) ?? tensor.values;
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return { name: ggufName(architecture, tensor.name), type: 0, shape: tensor.shape, data };
  });
  return [...own, ...(extra?.(variant.config) ?? [])];
}

/** A variant's config and a small tokenizer as the file holds them. */
export function metadataOf({ architecture, metadata, pieces }: Case, variant: Variant): Metadata {
  const { config } = variant;
  const first = (...keys: string[]): number =>
    keys.map((key) => config[key]).find((value) => typeof value === 'number') as number;
  const width = first('hidden_size', 'd_model');
  return {
    'general.architecture': architecture,
    [`${architecture}.context_length`]: first('max_position_embeddings', 'max_seq_len'),
    [`${architecture}.embedding_length`]: width,
    [`${architecture}.block_count`]: variant.layers,
    [`${architecture}.feed_forward_length`]: first('intermediate_size', 'ffn_hidden_size') || 4 * width,
    [`${architecture}.attention.head_count`]: first('num_attention_heads', 'n_heads'),
    ...metadata(config),
    ...tokenizerOf(pieces === true),
  };
}
