/** What a Python user pastes to go on with a result. */
import type { ResultFile } from './result';

/** Names that the snippet itself or Python's grammar uses. */
const taken = new Set(
  'result folder json np Path and as class def del for from if in is lambda not or pass with'.split(' '),
);

/**
 * NumPy code that loads a result and the arrays named in `arrays` (file names, `t.npy`) from `folder`.
 * `random-layer-matched.npy` becomes the variable `random_layer_matched`.
 */
export function numpySnippet(result: ResultFile, folder: string, arrays: readonly string[]): string {
  const loads = [...arrays].sort().map((file) => `${variable(file)} = np.load(folder / ${literal(file)})`);
  return [
    `# ${oneLine(result.name)}: ${oneLine(result.summary)}`,
    'import json',
    'from pathlib import Path',
    ...(loads.length > 0 ? ['', 'import numpy as np'] : []),
    '',
    `folder = Path(${literal(folder)})`,
    'result = json.loads((folder / "result.json").read_text(encoding="utf-8"))["result"]',
    ...loads,
    '',
  ].join('\n');
}

function variable(file: string): string {
  const name = file.replace(/\.npy$/, '').replace(/[^A-Za-z0-9]+/g, '_');
  return /^[A-Za-z]/.test(name) && !taken.has(name) ? name : `array_${name}`;
}

/** JSON's string escapes are a subset of Python's. */
function literal(text: string): string {
  return JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
