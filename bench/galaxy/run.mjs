// `brainlens galaxy` on a large decoder beside numpy, scipy and scikit-learn in the same run, in turn; whole processes.
//   node bench/galaxy/run.mjs [--pairs 1] [--features 16384] [--width 2304] [--null 20] [--peer-null 3] [--halves 10]
//     [--peer-halves 2]
// The peer's nulls are alike, and so are its halves: it runs --peer-null and --peer-halves of them, and their seconds are
// scaled to --null and --halves. It does the same work: whole spectrum, 100 components, both entropies, Gaussian clouds and
// isotropic spectra, random halves.
import { mkdirSync, mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cacheRoot, enforce, measure, spread } from '../measure.mjs';
import { pythonWith } from '../python.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '1' },
    features: { type: 'string', default: '16384' },
    width: { type: 'string', default: '2304' },
    null: { type: 'string', default: '20' },
    'peer-null': { type: 'string', default: '3' },
    halves: { type: 'string', default: '10' },
    'peer-halves': { type: 'string', default: '2' },
  },
});
const python = pythonWith(join(here, '..', 'requirements.txt'));
const peerScript = join(here, 'peer.py');
const folder = join(cacheRoot(), 'bench-galaxy');
mkdirSync(folder, { recursive: true });
const decoder = join(folder, `${options.features}x${options.width}.npy`);
if (!existsSync(decoder)) await measure(python, [peerScript, 'make', decoder, options.features, options.width]);

const scratch = mkdtempSync(join(tmpdir(), 'brainlens-bench-galaxy-'));
const ours = [];
const peers = [];
for (let pair = 0; pair < Number(options.pairs); pair += 1) {
  const out = join(scratch, String(pair));
  const draws = ['--null', options.null, '--resamples', options.halves];
  const args = ['galaxy', '--decoder', decoder, ...draws, '--out', out, '--quiet'];
  ours.push(await measure(process.execPath, [join(root, 'dist/cli.js'), ...args]));
  ours.at(-1).result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')).result.layers[0];
  const peer = await measure(python, [peerScript, 'run', decoder, options['peer-null'], options['peer-halves']]);
  const result = JSON.parse(peer.stdout);
  const nulls = (result.nullSeconds * (Number(options.null) - result.draws)) / result.draws;
  const halves = (result.halfSeconds * (Number(options.halves) - result.halves)) / result.halves;
  peers.push({ ...peer, result, seconds: peer.seconds + nulls + halves });
}
rmSync(scratch, { recursive: true });

const ratios = ours.map(({ seconds }, i) => peers[i].seconds / seconds);
const gigabytes = (runs) => runs.map(({ peakBytes }) => peakBytes / 1e9);
const apart = (field) => Math.max(...ours.map(({ result }, i) => Math.abs(result[field] / peers[i].result[field] - 1)));
console.log(
  `${options.features} × ${options.width}, ${options.null} Gaussian clouds, intervals from ${options.halves} halves`,
);
console.log(`brainlens  ${spread(ours.map(({ seconds }) => seconds))} s, peak ${spread(gigabytes(ours))} GB`);
console.log(`Python     ${spread(peers.map(({ seconds }) => seconds))} s, peak ${spread(gigabytes(peers))} GB`);
console.log(`ratio      ${spread(ratios)}`);
for (const field of ['slope', 'slopePaperCode', 'logVolume', 'entropy', 'gaussianEntropy']) {
  console.log(`${field}: relative difference ${apart(field).toExponential(1)}`);
}
console.log(
  `clustering entropy of Gaussian clouds: ${ours[0].result.null.clusteringEntropy.mean.toFixed(2)} ± ${ours[0].result.null.clusteringEntropy.sd.toFixed(2)}, Python ${peers[0].result.nullMean.toFixed(2)} ± ${peers[0].result.nullSd.toFixed(2)}`,
);
// Each drew its own 5,000 rows.
console.log(
  `entropy by the paper's code: ${ours[0].result.entropyPaperCode.toFixed(2)}, Python ${peers[0].result.entropyPaperCode.toFixed(2)}`,
);
enforce([
  { what: 'the ratio', values: ratios, least: 2 },
  { what: 'seconds', values: ours.map(({ seconds }) => seconds), most: 60 },
  { what: 'gigabytes', values: gigabytes(ours), most: 2 },
  ...['slope', 'slopePaperCode', 'logVolume', 'entropy'].map((field) => ({
    what: `the relative difference of ${field}`,
    values: [apart(field)],
    most: 1e-6,
  })),
]);
