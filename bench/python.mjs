// The Python peer's own environment, made once in the cache folder from pinned packages.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from './measure.mjs';

/**
 * @param {string} requirements path of a requirements.txt
 * @returns {string} the environment's Python; BRAINLENS_BENCH_PYTHON names one to use instead
 */
export function pythonWith(requirements) {
  if (process.env.BRAINLENS_BENCH_PYTHON) return process.env.BRAINLENS_BENCH_PYTHON;
  const folder = join(cacheRoot(), 'bench-python');
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'requirements.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log('Setting up the Python environment of the benchmarks (once; PyTorch is large)…');
  mkdirSync(folder, { recursive: true });
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
  writeFileSync(stamp, wanted);
  return python;
}

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}
