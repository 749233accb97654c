// Context lengths on SmolLM2-135M: 1,726 words × 8 lengths, beside one window at a time.
//   node bench/context/run.mjs [--pairs 1] [--every 20] [--words 1726] [--model FILE.gguf] [--skip-whole] [--running]
// As many words as the UCL corpus has, in sentences of twelve. Three ways to the same features (all layers), the
// model loaded before: windows shared as `brainlens context` does, each by itself through our engine, each by itself through
// PyTorch. The slow ways run every 20th word and are scaled. The whole command (features, and ridge scores of 30 layers ×
// 8 lengths of ten random responses) runs once from a cold start.
// With --running the words are one text, without a limit of time: every window is full length then, which is the hardest
// case, and shares only the windows that start with it.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforce, measure, spread } from '../measure.mjs';
import { realModelBench, root } from '../real-model.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1' },
    every: { type: 'string', default: '20' },
    words: { type: 'string', default: '1726' },
    model: { type: 'string' },
    'skip-whole': { type: 'boolean', default: false },
    running: { type: 'boolean', default: false },
  },
});
const NUMBERS = '1,2,5,10,20,50,100';
const SENTENCE = 12;
const { cli, python, gguf, cache } = await realModelBench('bench-context', options.model);
const bundle = join(root, 'node_modules/.cache/brainlens-bench-context.mjs');
await build({
  entryPoints: [join(here, 'ours.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['onnxruntime-node', 'h5wasm', 'nifti-reader-js'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
});

const words = sampleWords(Number(options.words));
const file = join(cache, 'texts.json');
writeFileSync(file, JSON.stringify(textsOf(words)));
const ours = async (mode) =>
  JSON.parse((await measure(process.execPath, [bundle, gguf, cache, file, NUMBERS, options.every, mode])).stdout);
console.log('Making the cache file of the GGUF (not timed)…');
await measure(process.execPath, [cli, 'activations', ...activationArguments()], { BRAINLENS_CACHE: cache });
const [folder] = readdirSync(join(cache, 'gguf')).filter((name) => !name.startsWith('.'));
const peer = async () => {
  const given = [join(cache, 'gguf', folder), file, '--lengths', NUMBERS, '--every', options.every];
  return JSON.parse((await measure(python, [join(here, 'peer.py'), ...given])).stdout);
};

const runs = { shared: [], alone: [], peer: [] };
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  runs.shared.push(await ours('shared'));
  runs.alone.push(await ours('alone'));
  runs.peer.push(await peer());
  console.log(`pair ${pair + 1} of ${options.pairs} done`);
}
const seconds = (of) => of.map((run) => run.seconds);
const ratios = (of) => of.map((run, i) => run.seconds / runs.shared[i].seconds);
console.log(`\n${words.length} words × ${NUMBERS.split(',').length} lengths, features of all layers`);
console.log(`Shared windows         ${spread(seconds(runs.shared))} s, ${runs.shared[0].tokens} tokens`);
console.log(`Engine, one by one     ${spread(seconds(runs.alone))} s, ratio ${spread(ratios(runs.alone))}`);
console.log(`PyTorch, one by one    ${spread(seconds(runs.peer))} s, ratio ${spread(ratios(runs.peer))}`);
const distances = [apart(runs.shared[0], runs.alone[0]), apart(runs.shared[0], runs.peer[0])];
console.log(
  `Same features within ${distances[0].toExponential(1)} (engine) and ${distances[1].toExponential(1)} (PyTorch), relative to the largest`,
);
if (!(distances[0] <= 1e-5) || !(distances[1] <= 5e-4)) {
  console.error('The sides do not give the same features: the times mean nothing.');
  process.exitCode = 1;
}

const whole = [];
if (!options['skip-whole']) {
  const out = join(cache, 'result');
  rmSync(join(cache, 'activations'), { recursive: true, force: true });
  const given = ['context', '--model', gguf, '--dataset', dataset(words), '--out', out, '--force', '--quiet'];
  const run = await measure(process.execPath, [cli, ...given], { BRAINLENS_CACHE: cache });
  const minutes = run.seconds / 60;
  if (!options.running) whole.push(minutes);
  const { sharing } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).result;
  console.log(
    `brainlens context, ${NUMBERS},full: ${minutes.toFixed(2)} min, peak ${(run.peakBytes / 1e9).toFixed(2)} GB; ${sharing.tokens} tokens for ${sharing.windowTokens}`,
  );
  rmSync(out, { recursive: true, force: true });
}
enforce([
  { what: 'the ratio to the engine one by one', values: ratios(runs.alone), above: 1 },
  { what: 'the ratio to PyTorch one by one', values: ratios(runs.peer), above: 1 },
  { what: 'the whole command in minutes', values: whole, most: 10 },
]);

/** Words of the sample sentences, again from the first where they do not suffice. */
function sampleWords(count) {
  const lines = readFileSync(join(root, 'samples/stimuli/language.csv'), 'utf8').trim().split('\n').slice(1);
  const sentences = lines.filter((line) => line.includes(',sentences,')).map((line) => line.split(',')[2].split(' '));
  const all = sentences.flat();
  return Array.from({ length: count }, (_, i) => all[i % all.length]);
}

/** Sentences of twelve words, or all words as one text. */
function textsOf(list) {
  if (options.running) return [list];
  return Array.from({ length: Math.ceil(list.length / SENTENCE) }, (_, i) =>
    list.slice(i * SENTENCE, (i + 1) * SENTENCE),
  );
}

function activationArguments() {
  const stimuli = join(cache, 'one.csv');
  writeFileSync(stimuli, 'text\nhello\n');
  return ['--model', gguf, '--stimuli', stimuli, '--out', join(cache, 'one'), '--force', '--quiet'];
}

/** The words with ten random responses; sentences are groups, and each is a run of its own unless the text runs on. */
function dataset(list) {
  const place = join(cache, 'dataset');
  mkdirSync(place, { recursive: true });
  let state = 1;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const units = Array.from({ length: 10 }, (_, i) => `u${i}`);
  const rows = list.map((word, i) =>
    [i, word, Math.floor(i / SENTENCE), ...units.map(() => uniform().toFixed(4))].join(','),
  );
  writeFileSync(join(place, 'words.csv'), [`id,word,group,${units.join(',')}`, ...rows].join('\n') + '\n');
  const manifest = join(place, 'dataset.yaml');
  writeFileSync(
    manifest,
    [
      'name: Benchmark',
      'simulated: true',
      'granularity: word',
      'stimuli: { file: words.csv, text: word, id: id, group: group }',
      `words: { file: words.csv, word: word${options.running ? '' : ', run: group'} }`,
      `responses: { file: words.csv, id: id, columns: [${units.join(', ')}] }`,
    ].join('\n') + '\n',
  );
  return manifest;
}

/** Largest difference of sampled features, relative to the largest of their size. */
function apart(a, b) {
  const keyed = new Map(b.sample.map(({ length, word, values }) => [`${length} ${word}`, values]));
  let [most, size] = [0, 0];
  for (const { length, word, values } of a.sample) {
    values.forEach((value, i) => {
      const other = keyed.get(`${length} ${word}`)[i];
      most = Math.max(most, Math.abs(value - other));
      size = Math.max(size, Math.abs(other));
    });
  }
  return most / size;
}
