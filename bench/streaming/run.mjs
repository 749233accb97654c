// A block of 7B size streams: time and peak memory of localizing 100 stimuli on a random 4-block model.
//   node bench/streaming/run.mjs [--blocks 4]
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheRoot, enforce, measure } from '../measure.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { values: options } = parseArgs({ options: { blocks: { type: 'string', default: '4' } } });
const blocks = Number(options.blocks);
const width = 4096;
const feedForward = 11_008;
const vocabulary = 32_000;
const folder = join(cacheRoot(), `bench-streaming-${blocks}`);
const cli = join(root, 'dist/cli.js');
if (!existsSync(cli)) throw new Error('Build first: npm run build');
if (!existsSync(folder)) await writeModel();

const stimuli = join(folder, 'stimuli.csv');
const [head, ...rows] = readFileSync(join(root, 'samples/stimuli/language.csv'), 'utf8').trim().split('\n');
const few = ['sentence', 'nonword'].flatMap((kind) => rows.filter((row) => row.includes(kind)).slice(0, 50));
if (few.length !== 100) throw new Error('samples/stimuli/language.csv has no 50 + 50 stimuli');
writeFileSync(stimuli, [head, ...few].join('\n') + '\n');

const out = join(folder, 'result');
const run = await measure(process.execPath, [
  ...[cli, 'localize', '--model', folder, '--stimuli', stimuli, '--max-tokens', '12', '--out', out],
  ...['--force', '--quiet', '--executor', 'streaming', '--memory', '3GB'],
]);
rmSync(out, { recursive: true, force: true });
console.log(
  `${blocks} blocks of 7B size, 100 stimuli: ${run.seconds.toFixed(1)} s, peak ${(run.peakBytes / 1e9).toFixed(2)} GB`,
);
console.log(`32 blocks would take about ${(((run.seconds / blocks) * 32) / 60).toFixed(1)} min at the same peak.`);
enforce([{ what: 'peak memory in GB', values: [run.peakBytes / 1e9], most: 3 }]);

/** Writes random bfloat16 weights around 0 with s.d. about 0.02, tensor by tensor. */
async function writeModel() {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const shapes = {
    'model.embed_tokens.weight': [vocabulary, width],
    'model.norm.weight': [width],
    'lm_head.weight': [vocabulary, width],
  };
  for (let block = 0; block < blocks; block += 1) {
    const prefix = `model.layers.${block}`;
    for (const name of ['q', 'k', 'v', 'o']) shapes[`${prefix}.self_attn.${name}_proj.weight`] = [width, width];
    for (const name of ['gate', 'up']) shapes[`${prefix}.mlp.${name}_proj.weight`] = [feedForward, width];
    shapes[`${prefix}.mlp.down_proj.weight`] = [width, feedForward];
    for (const name of ['input', 'post_attention']) shapes[`${prefix}.${name}_layernorm.weight`] = [width];
  }
  const header = {};
  let offset = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const bytes = 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  console.log(`Writing a random model of ${(offset / 1e9).toFixed(1)} GB (once)…`);
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = createWriteStream(join(partial, 'model.safetensors'));
  file.write(length);
  file.write(json);
  // One megabyte of random weights, repeated: the arithmetic does not care, and 2 GB are written in seconds.
  const noise = new Uint16Array(524_288);
  const bits = new Uint32Array(new Float32Array(1).buffer);
  const value = new Float32Array(bits.buffer);
  for (let index = 0; index < noise.length; index += 1) {
    value[0] = 0.02 * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    noise[index] = bits[0] >>> 16;
  }
  const block = Buffer.from(noise.buffer);
  for (let written = 0; written < offset; written += block.length) {
    if (!file.write(block.subarray(0, Math.min(block.length, offset - written)))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  writeFileSync(
    join(partial, 'config.json'),
    JSON.stringify({
      ...{
        model_type: 'llama',
        architectures: ['LlamaForCausalLM'],
        hidden_size: width,
        intermediate_size: feedForward,
      },
      ...{ num_hidden_layers: blocks, num_attention_heads: 32, num_key_value_heads: 32, vocab_size: vocabulary },
      ...{
        rms_norm_eps: 1e-5,
        rope_theta: 10_000,
        max_position_embeddings: 4096,
        hidden_act: 'silu',
        tie_word_embeddings: false,
      },
    }),
  );
  const tiny = join(root, 'samples/models/tiny-random');
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    writeFileSync(join(partial, name), readFileSync(join(tiny, name)));
  renameSync(partial, folder);
}
