// Co-occurrence and clustering at the paper's size, firing generated on the way (nothing is stored).
//   node bench/lobes/scale.mjs [--features 16384] [--blocks 200000] [--threads 2] [--memory 1.5e9] [--matrices phi,jaccard,angular:576]
// Targets on 2 quiet cores: co-occurrence within 240 s, each clustering within 180 s, peak below 3 GB.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const outfile = join(here, '..', '..', 'node_modules/.cache/brainlens-bench-lobes-scale.mjs');
const { values } = parseArgs({
  options: {
    features: { type: 'string', default: '16384' },
    blocks: { type: 'string', default: '200000' },
    threads: { type: 'string', default: '2' },
    memory: { type: 'string', default: '1.5e9' },
    matrices: { type: 'string', default: 'phi,jaccard,angular:576' },
  },
});
await build({
  entryPoints: [join(here, 'scale.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: ['onnxruntime-node'],
});
const { features, blocks, threads, memory, matrices } = values;
const child = spawn(process.execPath, [outfile, features, blocks, threads, memory, ...matrices.split(',')], {
  stdio: 'inherit',
});
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
