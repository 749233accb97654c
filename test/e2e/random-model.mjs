// A random-weight llama that takes seconds to run, for the tests that interrupt a run. Nothing is downloaded.
import { copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a model folder with the tokenizer of another one.
 * @param {string} folder to be made
 * @param {string} tokenizerOf a model folder
 * @param {{layers: number, width: number}} size
 */
export function writeRandomModel(folder, tokenizerOf, { layers, width }) {
  mkdirSync(folder, { recursive: true });
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(join(tokenizerOf, file), join(folder, file));
  const {
    vocab_size: vocabulary,
    bos_token_id,
    eos_token_id,
  } = JSON.parse(readFileSync(join(tokenizerOf, 'config.json'), 'utf8'));
  const heads = width / 64;
  const hidden = 2.75 * width;
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    ...{ hidden_size: width, intermediate_size: hidden, num_hidden_layers: layers, num_attention_heads: heads },
    ...{
      num_key_value_heads: heads,
      head_dim: 64,
      hidden_act: 'silu',
      max_position_embeddings: 512,
      rms_norm_eps: 1e-5,
    },
    ...{ rope_theta: 10000, vocab_size: vocabulary, bos_token_id, eos_token_id, tie_word_embeddings: true },
    ...{ attention_bias: false, mlp_bias: false, torch_dtype: 'bfloat16' },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config, null, 2));
  const tensors = { 'model.embed_tokens.weight': [vocabulary, width], 'model.norm.weight': [width] };
  for (let layer = 0; layer < layers; layer++) {
    const name = (part) => `model.layers.${layer}.${part}.weight`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm']) tensors[name(norm)] = [width];
    for (const part of 'qkvo') tensors[name(`self_attn.${part}_proj`)] = [width, width];
    for (const part of ['gate', 'up']) tensors[name(`mlp.${part}_proj`)] = [hidden, width];
    tensors[name('mlp.down_proj')] = [width, hidden];
  }
  writeSafetensors(join(folder, 'model.safetensors'), tensors, 1 / Math.sqrt(width));
}

/** bf16; norm weights are 1, matrices uniform noise of the given scale drawn from one block of it. */
function writeSafetensors(path, tensors, scale) {
  const header = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, shape] of Object.entries(tensors)) {
    const bytes = 2 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = Buffer.from(JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const noise = noiseBlock(1 << 20, scale);
  const ones = new Uint16Array(1 << 16).fill(0x3f80);
  const file = openSync(path, 'w');
  for (const part of [length, text]) writeSync(file, part);
  for (const shape of Object.values(tensors)) {
    let left = shape.reduce((a, b) => a * b, 1);
    const block = shape.length === 1 ? ones : noise;
    for (; left > 0; left -= block.length)
      writeSync(file, new Uint8Array(block.buffer, 0, 2 * Math.min(left, block.length)));
  }
  closeSync(file);
}

function noiseBlock(count, scale) {
  const values = new Float32Array(count);
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = scale * (state / 2 ** 31 - 1);
  }
  const bits = new Uint32Array(values.buffer);
  return Uint16Array.from(bits, (value) => value >>> 16);
}
