// Random models with the shapes of small published ones: only their sizes mean anything.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { loadTypeScript } from '../../scripts/load-typescript.mjs';

const CHUNK = 1 << 22;
const BYTES = { F32: 4, F16: 2, BF16: 2 };
const rotary = { rms_norm_eps: 1e-6, max_position_embeddings: 4096, hidden_act: 'silu', tie_word_embeddings: true };

/** By name: what config.json says, and the stored type. */
export const MODELS = {
  'gpt2-medium': {
    dtype: 'F32',
    config: {
      ...{ model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_layer: 24, n_embd: 1024, n_head: 16 },
      ...{ n_positions: 1024, vocab_size: 50_257, activation_function: 'gelu_new', layer_norm_epsilon: 1e-5 },
    },
  },
  'pythia-410m': {
    dtype: 'F16',
    config: {
      ...{ model_type: 'gpt_neox', architectures: ['GPTNeoXForCausalLM'], num_hidden_layers: 24, hidden_size: 1024 },
      ...{ num_attention_heads: 16, intermediate_size: 4096, vocab_size: 50_304, max_position_embeddings: 2048 },
      ...{ rotary_pct: 0.25, rotary_emb_base: 10_000, hidden_act: 'gelu', layer_norm_eps: 1e-5 },
      ...{ use_parallel_residual: true, tie_word_embeddings: false },
    },
  },
  'qwen2-0.5b': {
    dtype: 'BF16',
    config: {
      ...rotary,
      ...{ model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'], num_hidden_layers: 24, hidden_size: 896 },
      ...{ num_attention_heads: 14, num_key_value_heads: 2, intermediate_size: 4864, vocab_size: 151_936 },
      ...{ rope_theta: 1_000_000, use_sliding_window: false },
    },
  },
  'gemma3-270m': {
    dtype: 'BF16',
    config: {
      ...rotary,
      ...{ model_type: 'gemma3_text', architectures: ['Gemma3ForCausalLM'], num_hidden_layers: 18, hidden_size: 640 },
      ...{
        num_attention_heads: 4,
        num_key_value_heads: 1,
        head_dim: 256,
        intermediate_size: 2048,
        vocab_size: 262_144,
      },
      ...{ hidden_activation: 'gelu_pytorch_tanh', sliding_window: 512, query_pre_attn_scalar: 256 },
      ...{ rope_theta: 1_000_000, rope_local_base_freq: 10_000 },
    },
  },
  'opt-350m-wide': {
    dtype: 'F16',
    config: {
      ...{ model_type: 'opt', architectures: ['OPTForCausalLM'], num_hidden_layers: 12, hidden_size: 1280 },
      ...{ num_attention_heads: 20, ffn_dim: 5120, vocab_size: 50_272, max_position_embeddings: 2048 },
      ...{
        word_embed_proj_dim: 1280,
        activation_function: 'relu',
        do_layer_norm_before: true,
        tie_word_embeddings: true,
      },
    },
  },
};

/** Writes a model once. @returns its folder */
export async function makeModel(parent, name) {
  const folder = join(parent, name);
  if (existsSync(folder)) return folder;
  const { config, dtype } = MODELS[name];
  const parameters = await parametersOf(config);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, 'config.json'), JSON.stringify(config));
  writeFileSync(join(partial, 'tokenizer.json'), JSON.stringify(tokenizer(config.vocab_size)));
  writeWeights(join(partial, 'model.safetensors'), parameters, dtype);
  renameSync(partial, folder);
  return folder;
}

/** The word `w7` is token 7. */
function tokenizer(vocabulary) {
  const vocab = Object.fromEntries(Array.from({ length: vocabulary }, (_, id) => [`w${id}`, id]));
  return {
    version: '1.0',
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      vocab,
      merges: [],
      ignore_merges: true,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
    },
  };
}

/** Names and shapes of all tensors, from the family's adapter. */
async function parametersOf(config) {
  const {
    configure,
    parametersOf: listed,
    isTied,
  } = await loadTypeScript(`
    export { configure } from './src/models/architectures/index';
    export { isTied, parametersOf } from './src/models/weights';`);
  const { model } = configure(config, 'bench');
  return listed(model, !isTied(model));
}

function writeWeights(file, parameters, dtype) {
  const header = {};
  let at = 0;
  for (const { name, shape } of parameters) {
    const bytes = BYTES[dtype] * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype, shape, data_offsets: [at, (at += bytes)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const handle = openSync(file, 'w');
  writeSync(handle, Buffer.concat([length, padded]));
  const chunk = smallNumbers(dtype);
  for (let left = at; left > 0; left -= CHUNK) writeSync(handle, chunk, 0, Math.min(CHUNK, left));
  closeSync(handle);
}

/** Values between ±0.008 and ±0.03, by their bits: sign, a fixed exponent, whatever mantissa. */
function smallNumbers(dtype) {
  const bytes = Buffer.alloc(CHUNK);
  let state = 1;
  const bits = { F32: [4, 23, 121], BF16: [2, 7, 121], F16: [2, 10, 9] }[dtype];
  const [size, mantissa, exponent] = bits;
  for (let i = 0; i < CHUNK; i += size) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = ((state >>> 31) * 2 ** (size * 8 - 1) + exponent * 2 ** mantissa + (state % 2 ** mantissa)) >>> 0;
    if (size === 4) bytes.writeUInt32LE(value, i);
    else bytes.writeUInt16LE(value, i);
  }
  return bytes;
}
