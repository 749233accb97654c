// Writes samples/datasets/simulated/ from the layers of samples/models/tiny-random:
//
//   node scripts/samples/simulate.mjs [--model FOLDER_OR_GGUF] [--out FOLDER]
import { build } from 'esbuild';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const samples = join(here, '../../samples');
const { values } = parseArgs({ options: { model: { type: 'string' }, out: { type: 'string' } } });
const out = resolve(values.out ?? join(samples, 'datasets/simulated'));

// Beside its source, so that packages are found.
const bundle = join(here, `.simulate-${process.pid}.mjs`);
const cache = await mkdtemp(join(tmpdir(), 'brainlens-simulate-'));
try {
  await build({
    entryPoints: [join(here, 'simulate-run.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
  const { simulate } = await import(pathToFileURL(bundle).href);
  const model = resolve(values.model ?? join(samples, 'models/tiny-random'));
  const files = await simulate(model, join(samples, 'stimuli/language.csv'), cache);
  await mkdir(out, { recursive: true });
  for (const [name, content] of files) await writeFile(join(out, name), content);
  process.stdout.write(`${files.size} files in ${out}\n`);
} finally {
  await rm(bundle, { force: true });
  await rm(cache, { recursive: true, force: true });
}
