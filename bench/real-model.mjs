// What the benchmarks on a real model share: the built command line, a Python with the peers, the model and a cache.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from './measure.mjs';
import { pythonWith } from './python.mjs';
import { fetchModel } from '../scripts/demo/fetch-model.mjs';

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '..');

/**
 * @param name of the benchmark: its folder in the cache
 * @param model path of a .gguf file; fetched where none is named
 */
export async function realModelBench(name, model) {
  const cli = join(root, 'dist/cli.js');
  if (!existsSync(cli)) throw new Error('Build first: npm run build');
  const python = pythonWith(join(here, 'requirements.txt'));
  const gguf = model ?? (await fetchModel());
  const cache = join(cacheRoot(), name);
  mkdirSync(cache, { recursive: true });
  return { cli, python, gguf, cache };
}
