// The whole map of lobes (co-occurrence, five affinities, six clusterings, AMI and position with their nulls) beside numpy
// and scikit-learn in the same run, in turn; whole processes.
//   node bench/lobes/run.mjs [--pairs 3] [--null 100] [--peer-fits 10] [--lobes 3] [--small]
// The regression's nulls are 1,000 fits in scikit-learn: it runs --peer-fits of its 100 draws, and the time of the rest is
// added in proportion (`--peer-fits 100` runs them all). The map (UMAP) is left out on our side, as there is none on theirs.
import { build } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheRoot, enforce, measure, median, spread } from '../measure.mjs';
import { pythonWith } from '../python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '3' },
    null: { type: 'string', default: '100' },
    'peer-fits': { type: 'string', default: '10' },
    lobes: { type: 'string', default: '3' },
    small: { type: 'boolean', default: false },
    cli: { type: 'string', default: join(root, 'dist/cli.js') },
  },
});
if (!existsSync(options.cli)) throw new Error('Build first: npm run build');
const python = pythonWith(join(here, '..', 'requirements.txt'));
const bundle = join(root, 'node_modules/.cache/brainlens-bench-lobes.mjs');
await build({
  ...{ entryPoints: [join(here, 'ours.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'esm' },
  external: ['onnxruntime-node'],
});

const shape = options.small ? [3000, 600, 64] : [20_000, 4096, 576];
const draws = Number(options.null);
const fits = Math.min(draws, Number(options['peer-fits']));
const folder = join(cacheRoot(), `bench-lobes-${[...shape, options.lobes].join('x')}`);
const out = join(folder, 'result');
const peerScript = join(here, 'peer.py');
if (!existsSync(join(folder, 'decoder.npy'))) {
  await measure(python, [peerScript, 'make', folder, ...shape.map(String), options.lobes]);
}

const ours = (...more) => {
  const cache = join(folder, 'cache');
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache);
  return measure(
    process.execPath,
    [
      ...[options.cli, 'lobes', '--firing', join(folder, 'firing.npy'), '--decoder', join(folder, 'decoder.npy')],
      ...['--affinity', 'all', '--lobes', options.lobes, '--null', options.null, '--map', 'pca'],
      ...['--out', out, '--force', '--quiet', ...more],
    ],
    { BRAINLENS_CACHE: cache },
  );
};
const peer = async () => {
  const args = ['run', folder, options.lobes, '--null', draws, '--fits', fits];
  const run = await measure(python, [peerScript, ...args.map(String)]);
  const printed = JSON.parse(run.stdout);
  const added = (printed.fitSeconds / fits) * (draws - fits);
  return { ...run, stages: printed.seconds, found: printed.found, seconds: run.seconds + added, ran: run.seconds };
};

const runs = { ours: [], peer: [] };
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  runs.ours.push(await ours());
  runs.peer.push(await peer());
  console.log(`pair ${pair + 1} of ${options.pairs} done`);
}
const of = (side, field) => runs[side].map((run) => run[field]);
const gigabytes = (side) => of(side, 'peakBytes').map((bytes) => bytes / 1e9);
const ratios = of('peer', 'seconds').map((seconds, i) => seconds / runs.ours[i].seconds);
const { result } = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
console.log(`\n${shape.join(' × ')}: blocks, features, width; ${options.lobes} lobes; ${draws} draws of every null`);
console.log(`Brainlens            ${spread(of('ours', 'seconds'))} s, peak ${spread(gigabytes('ours'))} GB`);
console.log(
  `numpy, scikit-learn  ${spread(of('peer', 'seconds'))} s, peak ${spread(gigabytes('peer'))} GB, ratio ${spread(ratios)}` +
    (fits < draws
      ? ` (${spread(of('peer', 'ran'))} s ran, with ${fits} of ${draws} draws of the regression's nulls)`
      : ''),
);
console.log(
  `  of which ${Object.entries(runs.peer[0].stages)
    .map(([name, s]) => `${name} ${s.toFixed(1)} s`)
    .join(', ')}`,
);

// Not timed: the same run with its counts, against numpy and scikit-learn on the labels that we found.
await ours('--save-cooccurrence');
const rows = join(folder, 'rows');
await measure(process.execPath, [bundle, folder, out, rows]);
const { wrongCounts, affinities, agreement } = JSON.parse(
  (await measure(python, [peerScript, 'check', folder, out, rows])).stdout,
);
console.log(`\nco-occurrence: ${wrongCounts} counts differ`);
for (const [name, apart] of Object.entries(affinities))
  console.log(`${name}: affinities within ${apart.toExponential(1)}`);
const fixed = (value) => (value === undefined ? '–' : value.toPrecision(3));
// A spectrum without a gap leaves the labels open: simple matching of sparse features sees the rates only.
const hasGap = (name) => name !== 'simple-matching';
const zs = [];
for (const [name, { ari, ami, balancedAccuracy }] of Object.entries(agreement)) {
  console.log(
    `${name}: ARI ${ari.toFixed(4)}, on the same labels AMI apart ${fixed(ami)}, balanced accuracy ${fixed(balancedAccuracy)}`,
  );
  const mine = result.affinities.find((each) => each.name === name);
  if (mine === undefined) continue;
  // Nulls of AMI are skewed like χ² (kurtosis about 6), those of accuracy are near normal (3).
  for (const [what, kurtosis, theirDraws] of [
    ['ami', 6, draws],
    ['position', 3, fits],
  ]) {
    const theirs = runs.peer[0].found[name][what];
    const found = [
      compared(`${name}, ${what}`, mine[what].z, theirs.z, kurtosis, theirDraws),
      compared(
        `${name}, ${what} within deciles`,
        mine[what].withinDeciles.z,
        theirs.withinDeciles.z,
        kurtosis,
        theirDraws,
      ),
    ];
    if (hasGap(name)) zs.push(...found);
  }
}

/** Difference of two z in units of its sampling error: of the null's mean and of its s.d. */
function compared(what, z, theirs, kurtosis, theirDraws) {
  if (z === null || theirs === null) {
    console.log(`  z of ${what}: ${z} and ${theirs}`);
    return z === theirs ? 0 : Infinity;
  }
  const error = Math.sqrt((1 + (z ** 2 * (kurtosis - 1)) / 4) * (1 / draws + 1 / theirDraws));
  console.log(
    `  z of ${what}: ${z.toFixed(1)} and ${theirs.toFixed(1)}, ${(Math.abs(z - theirs) / error).toFixed(1)} standard errors apart`,
  );
  return Math.abs(z - theirs) / error;
}

const most = (name) => Math.max(...Object.values(agreement).map((each) => each[name] ?? 0));
const withGap = Object.entries(agreement).filter(([name]) => hasGap(name));
enforce([
  { what: 'counts that differ', values: [wrongCounts], most: 0 },
  { what: 'the largest difference of an affinity', values: [Math.max(...Object.values(affinities))], most: 1e-6 },
  { what: 'the smallest ARI', values: [Math.min(...withGap.map(([, { ari }]) => ari))], least: 0.99 },
  { what: 'the largest difference of an AMI', values: [most('ami')], most: 0.005 },
  { what: 'the largest difference of a balanced accuracy', values: [most('balancedAccuracy')], most: 0.01 },
  { what: 'the largest difference of a z in standard errors', values: [Math.max(...zs)], most: 4 },
  // At the small size starting up is most of either time.
  { what: 'the ratio to numpy and scikit-learn', values: options.small ? [] : ratios, least: 3 },
  {
    what: 'our peak over theirs',
    values: options.small ? [] : [median(gigabytes('ours')) / median(gigabytes('peer'))],
    most: 1,
  },
]);
