// Encoding of 30 layers beside himalaya and scikit-learn in the same run, in turn; seconds are of fitting and scoring.
//   node bench/ridge/run.mjs [--pairs 3] [--peer-layers 3]
//   node bench/ridge/run.mjs --large      5,000 × 4,096 × 1,000: one outer fold of five on both sides
import { build } from 'esbuild';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheRoot, enforce, measure, median, spread } from '../measure.mjs';
import { pythonWith } from '../python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '3' },
    'peer-layers': { type: 'string', default: '3' },
  },
});
const python = pythonWith(join(here, '..', 'requirements.txt'));
const bundle = join(root, 'node_modules/.cache/brainlens-bench-ridge.mjs');
const encoder = join(root, 'node_modules/.cache/brainlens-bench-encoder.mjs');
for (const [entry, outfile] of [
  [join(here, 'ours.ts'), bundle],
  [join(root, 'src/math/encoding/child.ts'), encoder],
]) {
  const external = ['onnxruntime-node'];
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', external });
}

const shape = options.large ? [5000, 4096, 1, 1000] : [480, 576, 30, 60];
const folds = options.large ? 1 : 5;
const folder = join(cacheRoot(), `bench-ridge-${shape.join('x')}`);
mkdirSync(folder, { recursive: true });
if (!existsSync(join(folder, 'shape.json'))) {
  await measure(python, [join(here, 'peer.py'), 'make', folder, ...shape.map(String)]);
}
/** Peaks of a process and of its children, which need not be at the same moment: an upper bound. */
const result = ({ stdout, peakBytes }) => {
  const run = JSON.parse(stdout);
  return { ...run, peakBytes: peakBytes + (run.childrenBytes ?? 0) };
};
const ours = async (alpha) =>
  result(await measure(process.execPath, [bundle, encoder, folder, alpha, shape[2], folds].map(String)));
const peer = async (solver) => {
  const layers = Math.min(shape[2], Number(options['peer-layers']));
  const args = ['run', folder, solver, '--layers', layers, '--folds', folds];
  return result(await measure(python, [join(here, 'peer.py'), ...args.map(String)]));
};
const perLayer = (run) => median(run.seconds);
/** Largest difference of scores on what both sides ran. */
const apart = (a, b) =>
  Math.max(...b.scores.flatMap((fold, i) => fold.map((score, unit) => Math.abs(score - a.scores[i][unit]))));

const solvers = options.large ? ['svd'] : ['svd', 'kernel', 'loo'];
const runs = { nested: [], leaveOneOut: [], svd: [], kernel: [], loo: [] };
for (let pair = 0; pair < (options.large ? 1 : Number(options.pairs)); pair += 1) {
  runs.nested.push(await ours('nested'));
  if (!options.large) runs.leaveOneOut.push(await ours('loo'));
  for (const solver of solvers) runs[solver].push(await peer(solver));
  console.log(`pair ${pair + 1} done`);
}
const ratios = (peers, mine) => peers.map((run, i) => perLayer(run) / perLayer(mine[i]));
const peaks = [...runs.nested, ...runs.leaveOneOut].map((run) => run.peakBytes / 1e9);
const unit = options.large ? 's for one outer fold of five' : 's a layer';
console.log(`\nBrainlens nested          ${spread(runs.nested.map(perLayer), 3)} ${unit}`);
if (!options.large) console.log(`Brainlens loo             ${spread(runs.leaveOneOut.map(perLayer), 3)} ${unit}`);
for (const [solver, mine, title] of [
  ['svd', runs.nested, 'himalaya RidgeCV        '],
  ['kernel', runs.nested, 'himalaya KernelRidgeCV  '],
  ['loo', runs.leaveOneOut, 'scikit-learn RidgeCV loo'],
]) {
  if (runs[solver].length === 0) continue;
  console.log(
    `${title}  ${spread(runs[solver].map(perLayer), 3)} ${unit}, ratio ${spread(ratios(runs[solver], mine))}`,
  );
}
const processor = [...runs.nested, ...runs.leaveOneOut].map((run) => run.cpuPerLayer.toFixed(2));
console.log(`CPU seconds a layer, with what starting costs: ${processor.join(', ')}`);
console.log(`Peak ${spread(peaks)} GB`);
const distances = [apart(runs.nested[0], runs.svd[0])];
if (!options.large) distances.push(apart(runs.leaveOneOut[0], runs.loo[0]));
console.log(`Same scores within ${distances.map((distance) => distance.toExponential(1)).join(' (nested) and ')}`);
if (Math.max(...distances) > 1e-4) {
  console.error('The two sides do not give the same scores: the times mean nothing.');
  process.exitCode = 1;
}
enforce(
  options.large
    ? [
        { what: "the ratio to himalaya's RidgeCV", values: ratios(runs.svd, runs.nested), least: 1.2 },
        { what: 'the peak in GB', values: peaks, most: 4 },
      ]
    : [
        { what: "the ratio to himalaya's RidgeCV", values: ratios(runs.svd, runs.nested), least: 10 },
        { what: "the ratio to himalaya's KernelRidgeCV", values: ratios(runs.kernel, runs.nested), least: 4 },
        { what: "the ratio of loo to scikit-learn's", values: ratios(runs.loo, runs.leaveOneOut), least: 1 },
        { what: 'the peak in GB', values: peaks, most: 1 },
      ],
);
