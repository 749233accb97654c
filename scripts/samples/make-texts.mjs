// Writes samples/texts/ and samples/saes/tiny-random/, for the lobes of the sample workspace (after `npm run build`):
//
//   node scripts/samples/make-texts.mjs
//
// Prose and nonwords are those of samples/stimuli and samples/datasets; arithmetic and code are made here, from one seed.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const samples = join(root, 'samples');
const EACH = 12;
const LETTERS = 1400;

/** Mulberry32: the same numbers on every machine. */
let state = 20261123;
function below(limit) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % limit;
}
const oneOf = (list) => list[below(list.length)];

const rows = parse(await readFile(join(samples, 'stimuli/language.csv')), { columns: true });
const simulated = parse(await readFile(join(samples, 'datasets/simulated/sentences.csv')), { columns: true });
const textsOf = (condition) => rows.filter((row) => row.condition === condition).map(({ text }) => text);
const sentences = [...new Set([...textsOf('sentences'), ...simulated.map(({ sentence }) => sentence)])];
const nonwords = textsOf('nonwords');
const capital = (text) => text[0].toUpperCase() + text.slice(1).replace(/\.?$/, '.');

const NAMES = ['total', 'count', 'layer', 'width', 'score', 'index', 'value', 'row', 'mean', 'step'];
const CALLS = ['len', 'sum', 'max', 'min', 'abs', 'sorted', 'list', 'round'];
const makers = {
  prose: () => capital(oneOf(sentences)),
  nonwords: () => oneOf(nonwords),
  arithmetic: () => {
    const [a, b] = [below(90) + 10, below(90) + 10];
    return oneOf([`${a} + ${b} = ${a + b}`, `${a} - ${b} = ${a - b}`, `${a} * ${b} = ${a * b}`]);
  },
  code: () => {
    const [a, b] = [oneOf(NAMES), oneOf(NAMES)];
    return oneOf([
      `def ${a}_${b}(${a}):\n    return ${oneOf(CALLS)}(${a}) + ${below(10)}\n`,
      `for ${a} in range(${below(100)}):\n    ${b}[${a}] = ${oneOf(CALLS)}(${a})\n`,
      `if ${a} > ${below(10)}:\n    ${b} = [${a}, ${below(10)}]\n`,
    ]);
  },
};

for (const [type, make] of Object.entries(makers)) {
  const folder = join(samples, 'texts', type);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (let i = 1; i <= EACH; i += 1) {
    let text = '';
    while (text.length < LETTERS) text += `${make()}${type === 'prose' ? ' ' : '\n'}`;
    await writeFile(join(folder, `${String(i).padStart(2, '0')}.txt`), `${text.trimEnd()}\n`);
  }
}

const out = await mkdtemp(join(tmpdir(), 'brainlens-sae-'));
try {
  const made = join(out, 'sae');
  const settings = ['--layer', '1', '--features', '128', '--k', '8', '--batch', '256', '--epochs', '30'];
  const limits = ['--max-tokens', '512', '--dead-after', '2000', '--warmup', '50', '--learning-rate', '0.003'];
  const paths = ['--model', join(samples, 'models/tiny-random'), '--documents', join(samples, 'texts'), '--out', made];
  execFileSync(process.execPath, [join(root, 'dist/cli.js'), 'sae', 'train', ...paths, ...settings, ...limits], {
    stdio: 'inherit',
  });
  for (const file of ['cfg.json', 'sae_weights.safetensors'])
    await cp(join(made, file), join(samples, 'saes/tiny-random', file));
} finally {
  await rm(out, { recursive: true, force: true });
}
