// What it costs to divide work, and what it gains: the firing pass of lobes on a real model with a random SAE.
//   node bench/shards/run.mjs [--model model.gguf] [--pieces 8] [--layer 6]
// In one process; as two shards one after the other and their reduce; as two shards at a time: always one thread each.
// Limits on 2 quiet cores: shards cost at most 10 % more than one process; two at a time take the work 1.6 times as fast.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchModel } from '../../scripts/demo/fetch-model.mjs';
import { cacheRoot, enforce, measure } from '../measure.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    pieces: { type: 'string', default: '8' },
    layer: { type: 'string', default: '6' },
    width: { type: 'string', default: '576' },
    cli: { type: 'string', default: join(root, 'dist/cli.js') },
  },
});
if (!existsSync(options.cli)) throw new Error('Build first: npm run build');
const model = options.model ?? (await fetchModel());
const folder = join(cacheRoot(), 'bench-shards');
const cache = join(folder, 'cache');
mkdirSync(join(folder, 'sae'), { recursive: true });
writeSae(join(folder, 'sae'), 2048, Number(options.width), Number(options.layer));
writeFileSync(join(folder, 'texts.jsonl'), documents(Number(options.pieces)));
const study = join(folder, 'bench.study.yaml');
writeFileSync(
  study,
  JSON.stringify({
    models: { model },
    saes: { random: 'sae' },
    settings: { seed: 1, threads: 1, memory: '2GB' },
    analyses: {
      lobes: {
        ...{ analysis: 'lobes', model: 'model', sae: 'random', documents: 'texts.jsonl', layer: Number(options.layer) },
        ...{ threshold: 0, map: 'pca', null: 0 },
      },
    },
  }),
);

/** The command line in the benchmark's folder: seconds of the whole process. */
async function seconds(...args) {
  const run = await measure(
    'sh',
    [...['-c', 'cd "$0" && exec "$@"', folder, process.execPath, options.cli, ...args, '--threads', '1', '--quiet']],
    { BRAINLENS_CACHE: cache },
  );
  return run.seconds;
}
const shard = (which) => seconds('shard', study, 'lobes', '--stage', 'firing', '--shard', which);
const results = join(folder, '.brainlens', 'bench', 'lobes');
/** Leaves the model's own cache, and nothing of the work. */
function forget() {
  rmSync(join(cache, 'checkpoints'), { recursive: true, force: true });
  rmSync(join(folder, '.brainlens'), { recursive: true, force: true });
}
/** What was found: the contexts and counts of every feature, and the labels. */
function digest() {
  const hash = createHash('sha256');
  for (const name of ['features.jsonl', 'firingRate.npy', 'labels.npy']) hash.update(readFileSync(join(results, name)));
  return hash.digest('hex');
}

forget();
// The model's weights are dequantised and hashed once, before anything is timed.
await shard(`${options.pieces}/${4 * Number(options.pieces)}`);
forget();
const whole = await seconds('run', study);
const found = digest();
console.log(`one process          ${whole.toFixed(1)} s`);

forget();
const apart = [await shard('1/2'), await shard('2/2')];
const reduce = await seconds('shard', study, 'lobes', '--reduce');
if (digest() !== found) throw new Error('Two shards found something else than one process.');
const inTurn = apart[0] + apart[1];
const overhead = (inTurn + reduce) / whole - 1;
console.log(`two shards in turn   ${apart.map((one) => one.toFixed(1)).join(' + ')} s, reduce ${reduce.toFixed(1)} s`);

forget();
const start = performance.now();
await Promise.all([shard('1/2'), shard('2/2')]);
const together = (performance.now() - start) / 1000;
await seconds('shard', study, 'lobes', '--reduce');
if (digest() !== found) throw new Error('Two shards at a time found something else than one process.');
console.log(`two shards at a time ${together.toFixed(1)} s`);

console.log(`\noverhead of sharding ${(100 * overhead).toFixed(1)} %`);
console.log(`two at a time        ${(inTurn / together).toFixed(2)} times as fast as in turn`);
enforce([
  { what: 'overhead of sharding in %', values: [100 * overhead], most: 10 },
  { what: 'the gain of two shards at a time', values: [inTurn / together], least: 1.6 },
]);

/** So many pieces of 16 documents of 4,096 characters each, of common words. */
function documents(pieces) {
  const words = readFileSync(join(root, 'samples/stimuli/language.csv'), 'utf8')
    .split(/[^A-Za-z]+/)
    .filter((word) => word.length > 1);
  const next = generator();
  return Array.from({ length: pieces * 16 }, (_, i) => {
    let text = '';
    while (text.length < 4096) text += `${words[Math.floor(next() * words.length)].toLowerCase()} `;
    return `${JSON.stringify({ text: text.slice(0, 4096), meta: { pile_set_name: i % 2 === 0 ? 'even' : 'odd' } })}\n`;
  }).join('');
}

/** A TopK autoencoder in SAELens' layout with random directions: 32 features a token. */
function writeSae(path, features, width, layer) {
  const next = generator();
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const random = (length) => Float32Array.from({ length }, () => normal() / Math.sqrt(width));
  const tensors = {
    W_enc: [[width, features], random(width * features)],
    b_enc: [[features], new Float32Array(features)],
    W_dec: [[features, width], random(features * width)],
    b_dec: [[width], new Float32Array(width)],
  };
  const header = {};
  let offset = 0;
  for (const [name, [shape, { byteLength }]] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + byteLength] };
    offset += byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Object.values(tensors).map(([, values]) => Buffer.from(values.buffer));
  writeFileSync(join(path, 'sae_weights.safetensors'), Buffer.concat([length, json, ...data]));
  const facts = { architecture: 'topk', d_in: width, d_sae: features, k: 32, dtype: 'float32' };
  const hook = { hook_name: `blocks.${layer}.hook_resid_post`, hook_layer: layer };
  writeFileSync(join(path, 'cfg.json'), JSON.stringify({ ...facts, ...hook }));
}

/** The same numbers in every run. */
function generator() {
  let state = 12345;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
