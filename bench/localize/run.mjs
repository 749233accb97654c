// Localization of SmolLM2-135M, whole process from a cold start, beside PyTorch in the same run, in turn.
//   node bench/localize/run.mjs [--pairs 3] [--model FILE.gguf] [--skip-published]
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforce, measure, median, spread } from '../measure.mjs';
import { realModelBench, root } from '../real-model.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    model: { type: 'string' },
    'skip-published': { type: 'boolean', default: false },
  },
});

const { cli, python, gguf, cache } = await realModelBench('bench-localize', options.model);
const out = join(cache, 'result');
const stimuli = join(root, 'samples/stimuli/language.csv');

const localize = () =>
  measure(
    process.execPath,
    [cli, 'localize', '--model', gguf, '--stimuli', stimuli, '--max-tokens', '12', '--out', out, '--force', '--quiet'],
    { BRAINLENS_CACHE: cache },
  );
console.log('Making the cache file of the GGUF (not timed)…');
await localize();
const [folder] = readdirSync(join(cache, 'gguf')).filter((name) => !name.startsWith('.'));
const checkpoint = join(cache, 'gguf', folder);
const peer = (batch) => measure(python, [join(here, 'peer.py'), checkpoint, stimuli, '--batch', String(batch)]);

const ours = [];
const batched = [];
const published = [];
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  ours.push(await localize());
  batched.push(await peer(32));
  if (!options['skip-published']) published.push(await peer(1));
  console.log(`pair ${pair + 1} of ${options.pairs} done`);
}

const seconds = (runs) => runs.map((run) => run.seconds);
const ratios = (runs) => runs.map((run, index) => run.seconds / ours[index].seconds);
const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).result;
const theirs = JSON.parse(batched[0].stdout);
const shared = overlap(theirs.selected, selectedUnits(join(out, 'selected.npy')));
console.log(
  `\nBrainlens            ${spread(seconds(ours))} s, peak ${(median(ours.map((run) => run.peakBytes)) / 1e9).toFixed(2)} GB`,
);
console.log(`PyTorch, batches 32  ${spread(seconds(batched))} s, ratio ${spread(ratios(batched))}`);
if (published.length > 0)
  console.log(`PyTorch, one by one  ${spread(seconds(published))} s, ratio ${spread(ratios(published))}`);
console.log(`Same numbers: k ${result.k} and ${theirs.k}; ${shared} units in both selections`);
if (shared < 0.99 * theirs.k) {
  console.error('The two sides do not select the same units: the times mean nothing.');
  process.exitCode = 1;
}
enforce([
  { what: 'the ratio to PyTorch one by one', values: ratios(published), least: 5 },
  { what: 'the ratio to PyTorch in batches', values: ratios(batched), least: 1.15 },
  { what: 'the peak in GB', values: ours.map((run) => run.peakBytes / 1e9), most: 1.5 },
]);
rmSync(out, { recursive: true, force: true });

function selectedUnits(file) {
  const bytes = readFileSync(file);
  const data = bytes.subarray(10 + bytes.readUInt16LE(8));
  return new Set([...data.keys()].filter((index) => data[index] === 1));
}

function overlap(indices, set) {
  return indices.filter((index) => set.has(index)).length;
}
