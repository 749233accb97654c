// Makes samples/models/tiny-random: a llama of random weights with a tokenizer of its own, small enough to ship. It stands in
// where no real model can be fetched, and feeds the tests; no number from it means anything.
// Always the same bytes: node scripts/tiny-model/make.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { byteAlphabet, learnMerges } from './byte-pairs.mjs';
import { bfloat16, normals } from './numbers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '../../samples/models/tiny-random');

const END = '<|endoftext|>';
const MERGES = 127;
const size = { layers: 4, width: 64, heads: 4, kvHeads: 2, inner: 64 };
const headDim = size.width / size.heads;

const merges = learnMerges(await readFile(join(here, 'corpus.txt'), 'utf8'), MERGES);
const vocabulary = [END, ...byteAlphabet(), ...merges.map((pair) => pair.join(''))];

await mkdir(folder, { recursive: true });
await writeJson('config.json', {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 0,
  eos_token_id: 0,
  head_dim: headDim,
  hidden_act: 'silu',
  hidden_size: size.width,
  intermediate_size: size.inner,
  max_position_embeddings: 512,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: size.heads,
  num_hidden_layers: size.layers,
  num_key_value_heads: size.kvHeads,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  rope_theta: 10000.0,
  tie_word_embeddings: true,
  torch_dtype: 'bfloat16',
  vocab_size: vocabulary.length,
});
await writeJson('tokenizer.json', tokenizer());
await writeJson('tokenizer_config.json', {
  bos_token: END,
  clean_up_tokenization_spaces: false,
  eos_token: END,
  tokenizer_class: 'PreTrainedTokenizerFast',
  unk_token: END,
});
await writeFile(join(folder, 'model.safetensors'), safetensors(tensors()));

function tokenizer() {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const end = {
    id: 0,
    content: END,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  const vocab = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  const plain = { dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [end],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: { type: 'BPE', ...plain, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges },
  };
}

/** Weights of a matrix are normal with variance 1 / inputs, so that the stream keeps its size; norms are ones. */
function tensors() {
  const draw = normals(20260101);
  const matrix = (out, inputs) => ({
    shape: [out, inputs],
    values: Array.from({ length: out * inputs }, () => draw() / Math.sqrt(inputs)),
  });
  const ones = () => ({ shape: [size.width], values: new Array(size.width).fill(1) });
  const embedding = {
    shape: [vocabulary.length, size.width],
    values: Array.from({ length: vocabulary.length * size.width }, draw),
  };
  const named = { 'model.embed_tokens.weight': embedding };
  for (let layer = 0; layer < size.layers; layer++) {
    const block = {
      input_layernorm: ones(),
      'self_attn.q_proj': matrix(size.heads * headDim, size.width),
      'self_attn.k_proj': matrix(size.kvHeads * headDim, size.width),
      'self_attn.v_proj': matrix(size.kvHeads * headDim, size.width),
      'self_attn.o_proj': matrix(size.width, size.heads * headDim),
      post_attention_layernorm: ones(),
      'mlp.gate_proj': matrix(size.inner, size.width),
      'mlp.up_proj': matrix(size.inner, size.width),
      'mlp.down_proj': matrix(size.width, size.inner),
    };
    for (const [name, tensor] of Object.entries(block)) named[`model.layers.${layer}.${name}.weight`] = tensor;
  }
  named['model.norm.weight'] = ones();
  return named;
}

function safetensors(named) {
  const header = { __metadata__: { format: 'pt' } };
  const parts = [];
  let at = 0;
  for (const [name, { shape, values }] of Object.entries(named)) {
    const bytes = bfloat16(values);
    header[name] = { dtype: 'BF16', shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

function writeJson(name, value) {
  return writeFile(join(folder, name), `${JSON.stringify(value, null, name === 'tokenizer.json' ? 0 : 2)}\n`);
}
