// Five minimal-pair paradigms × 100 pairs with SmolLM2-135M as it is and under four unit masks, whole process, beside
// PyTorch in the same run, in turn.
//   node bench/ablate/run.mjs [--pairs 3] [--model FILE.gguf] [--skip-published] [--items 100]
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforce, measure, median, spread } from '../measure.mjs';
import { realModelBench, root } from '../real-model.mjs';

const PARADIGMS = ['subject-verb-agreement', 'reflexive-number', 'determiner-noun', 'npi-licensing', 'island-adjunct'];

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    items: { type: 'string', default: '100' },
    model: { type: 'string' },
    'skip-published': { type: 'boolean', default: false },
  },
});

const { cli, python, gguf, cache } = await realModelBench('bench-ablate', options.model);
const units = join(cache, 'units');
const out = join(cache, 'result');
const tasks = PARADIGMS.map((name) => join(root, 'samples/tasks', `${name}.jsonl`));
const brainlens = (...args) =>
  measure(process.execPath, [cli, ...args, '--model', gguf, '--force', '--quiet'], { BRAINLENS_CACHE: cache });

console.log('Localizing the units and making the cache file of the GGUF (not timed)…');
if (!existsSync(units)) await brainlens('localize', '--random-seeds', '0', '--out', units);
const [folder] = readdirSync(join(cache, 'gguf')).filter((name) => !name.startsWith('.'));
const checkpoint = join(cache, 'gguf', folder);

// Four masks: the selected units, these without massive ones, the massive ones alone, one random draw.
const ablate = () =>
  brainlens(
    ...['ablate', '--units', units, '--fractions', '0.01', '--random-seeds', '1', '--controls', 'random'],
    ...['--generate', '0', '--items', options.items, '--out', out, '--tasks', ...tasks],
  );
const peer = (batch) =>
  measure(python, [
    ...[join(here, 'peer.py'), checkpoint, join(out, 'masks.npy'), ...tasks],
    ...['--items', options.items, '--batch', String(batch)],
  ]);

const ours = [];
const batched = [];
const published = [];
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  ours.push(await ablate());
  batched.push(await peer(32));
  if (!options['skip-published']) published.push(await peer(1));
  console.log(`pair ${pair + 1} of ${options.pairs} done`);
}

const seconds = (runs) => runs.map((run) => run.seconds);
const ratios = (runs) => runs.map((run, index) => run.seconds / ours[index].seconds);
console.log(
  `\nBrainlens            ${spread(seconds(ours))} s, peak ${(median(ours.map((run) => run.peakBytes)) / 1e9).toFixed(2)} GB`,
);
console.log(`PyTorch, batches 32  ${spread(seconds(batched))} s, ratio ${spread(ratios(batched))}`);
if (published.length > 0)
  console.log(`PyTorch, one by one  ${spread(seconds(published))} s, ratio ${spread(ratios(published))}`);

const { result } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
const theirs = JSON.parse((published[0] ?? batched[0]).stdout);
const apart = result.tasks.map((task) =>
  Math.max(...accuraciesOf(task).map((value, i) => Math.abs(value - theirs[task.name][i]))),
);
console.log(
  `Same numbers: accuracies of ${apart.filter((difference) => difference < 1e-9).length} of ${apart.length} paradigms agree under all five conditions`,
);
// A pair whose two sums tie within float32 may fall either way.
if (Math.max(...apart) > 1 / Number(options.items) + 1e-9) {
  console.error('The two sides do not find the same accuracies: the times mean nothing.');
  process.exitCode = 1;
}
enforce([
  { what: 'the ratio to PyTorch one by one', values: ratios(published), least: 3 },
  { what: 'the ratio to PyTorch in batches', values: ratios(batched), above: 1 },
]);
rmSync(out, { recursive: true, force: true });

/** Baseline, then the masks in the order of masks.npy. */
function accuraciesOf({ baseline, conditions, massive }) {
  const selected = conditions.find(({ units: kind }) => kind === 'selected').value;
  const random = conditions.find(({ units: kind }) => kind === 'random').value;
  return [baseline, selected, baseline - massive.without, baseline - massive.alone, random];
}
