// A TopK SAE beside a plain PyTorch trainer: same settings, same activations, in turn; seconds are of the training alone.
// The activations are ours for both: their seconds are reported, and compared with nothing. The model is 576 wide.
//   node bench/sae-train/run.mjs --documents <folder> [--model <.gguf>] [--tokens 100000] [--features 1024] [--pairs 3]
import { build } from 'esbuild';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { enforce, measure, median, spread } from '../measure.mjs';
import { realModelBench, root } from '../real-model.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    documents: { type: 'string' },
    model: { type: 'string' },
    tokens: { type: 'string', default: '100000' },
    features: { type: 'string', default: '1024' },
    layer: { type: 'string', default: '15' },
    pairs: { type: 'string', default: '3' },
  },
});
if (options.documents === undefined) throw new Error('Name a folder of documents: --documents (see documents.mjs)');
const { cli, python, gguf, cache } = await realModelBench('bench-sae-train', options.model);
const bundle = join(root, 'node_modules/.cache/brainlens-bench-sae-train.mjs');
await build({
  entryPoints: [join(here, 'ours.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['onnxruntime-node'],
});

// One short run of the command line leaves the activations in its cache, a chunk a file; it counts as their seconds.
const activations = join(cache, 'activations');
const whole = () =>
  measure(
    process.execPath,
    [
      ...[cli, 'sae', 'train', '--model', gguf, '--layer', options.layer, '--documents', options.documents, '--quiet'],
      ...[
        '--tokens',
        options.tokens,
        '--features',
        '64',
        '--k',
        '4',
        '--epochs',
        '1',
        '--force',
        '--out',
        join(cache, 'out'),
      ],
    ],
    { BRAINLENS_CACHE: cache },
  );
rmSync(activations, { recursive: true, force: true });
const read = await whole();
const again = await whole();
const chunks = readdirSync(activations)
  .filter((name) => name.endsWith('.npy'))
  .sort()
  .map((name) => join(activations, name));
if (chunks.length < 2) throw new Error('Too few tokens: one chunk alone');
const threads = availableParallelism();
const settings = { features: Number(options.features), k: 32, batch: 2048, epochs: 6, rate: 0.001, warmup: 30 };
const file = join(cache, 'settings.json');
writeFileSync(file, JSON.stringify({ ...settings, deadAfter: 50_000, outliers: 10, threads }));

const parts = [...chunks.slice(0, -1), '--', chunks.at(-1)];
const runs = { ours: [], peer: [] };
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  runs.ours.push(JSON.parse((await measure(process.execPath, [bundle, file, ...parts])).stdout));
  runs.peer.push(JSON.parse((await measure(python, [join(here, 'peer.py'), file, ...parts])).stdout));
}

const ratios = runs.ours.map(({ seconds }, i) => runs.peer[i].seconds / seconds);
const apart =
  median(runs.ours.map((run) => run.varianceExplained)) - median(runs.peer.map((run) => run.varianceExplained));
console.log(`${options.features} features, k 32, ${runs.ours[0].steps} steps of 2,048 tokens, ${threads} threads`);
for (const [name, of] of Object.entries(runs)) {
  const explained = of.map((run) => run.varianceExplained);
  console.log(`${name}: ${spread(of.map((run) => run.seconds))} s, variance explained ${spread(explained, 4)}`);
}
console.log(`PyTorch / ours: ${spread(ratios)}; variance explained, ours − PyTorch: ${apart.toFixed(4)}`);
console.log(`activations of ${options.tokens} tokens: ${(read.seconds - again.seconds).toFixed(1)} s`);
enforce([
  { what: 'PyTorch / ours', values: ratios, above: 1 },
  { what: '|difference of variance explained|', values: [Math.abs(apart)], most: 0.02 },
]);
