// Peak memory of runs against what `brainlens info` says, for models of several families, both ways to run.
//   node bench/memory/run.mjs [--only gpt2-medium,…] [--model DIR_OR_FILE …] [--verbs activations,score] [--texts 480] [--keep]
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/load-typescript.mjs';
import { cacheRoot, enforce, measure } from '../measure.mjs';
import { makeModel, MODELS } from './models.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    model: { type: 'string', multiple: true, default: [] },
    verbs: { type: 'string', default: 'activations,score' },
    texts: { type: 'string', default: '480' },
    dist: { type: 'string', default: join(root, 'dist') },
    keep: { type: 'boolean', default: false },
  },
});
const cli = join(options.dist, 'cli.js');
if (!existsSync(cli)) throw new Error('Build first: npm run build');
const folder = join(cacheRoot(), 'bench-memory');
mkdirSync(folder, { recursive: true });
const env = { BRAINLENS_CACHE_SIZE: '0' };

// As many and as long as a localizer's, with words as frequent as in English (Zipf), all over the vocabulary.
const stimuli = join(folder, `stimuli-${options.texts}.csv`);
let state = 1;
const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const word = () => `w${Math.floor(50_000 ** uniform())}`;
const lines = Array.from({ length: Number(options.texts) }, () => Array.from({ length: 12 }, word).join(' '));
writeFileSync(stimuli, ['text', ...lines].join('\n') + '\n');
const english = join(folder, `english-${options.texts}.csv`);
const sample = readFileSync(join(root, 'samples/stimuli/language.csv'), 'utf8').split('\n');
writeFileSync(english, sample.slice(0, 1 + Number(options.texts)).join('\n') + '\n');

const names = options.only === undefined ? Object.keys(MODELS) : options.only.split(',').filter(Boolean);
const rows = [];
for (const name of names) {
  const model = await makeModel(folder, name);
  await measureModel(name, model, stimuli);
  if (!options.keep) rmSync(model, { recursive: true });
}
for (const model of options.model) await measureModel(basename(model), model, english);

const worst = rows.reduce((most, row) => (Math.abs(row.off) > Math.abs(most.off) ? row : most));
console.log(`Farthest from the estimate: ${worst.what}, ${percent(worst.off)}.`);
enforce(
  rows.map(({ what, off }) => ({
    what: `${what}: peak against estimate, off by`,
    values: [Math.abs(off)],
    most: 0.25,
  })),
);

async function measureModel(name, model, texts) {
  const { stdout } = await measure(process.execPath, [cli, 'info', model, '--json', '--quiet'], env);
  const { memory, parameters, layers } = JSON.parse(stdout).result;
  console.log(`${name}: ${(parameters / 1e6).toFixed(0)} M parameters, ${layers} blocks`);
  for (const executor of model.endsWith('.onnx') ? ['resident'] : ['resident', 'streaming']) {
    for (const verb of options.verbs.split(',')) {
      const out = join(folder, `result-${process.pid}`);
      // Streaming takes what it is given, so it is given what it says it needs.
      const budget = executor === 'streaming' ? ['--memory', String(memory.streaming)] : [];
      const { peakBytes, seconds } = await measure(
        process.execPath,
        [
          cli,
          verb,
          '--model',
          model,
          '--stimuli',
          texts,
          '--executor',
          executor,
          ...budget,
          '--out',
          out,
          '--force',
          '--quiet',
          '--no-self-check',
        ].concat(verb === 'activations' ? ['--pooling', 'mean'] : []),
        env,
      );
      const needed = memory[executor] + (executor === 'resident' && verb === 'score' ? (memory.head ?? 0) : 0);
      const off = peakBytes / needed - 1;
      rows.push({ what: `${name} ${executor} ${verb}`, off });
      const figures = `peak ${megabytes(peakBytes)}, estimate ${megabytes(needed)}`;
      console.log(`  ${executor.padEnd(9)} ${verb.padEnd(11)} ${figures}: ${percent(off)} (${seconds.toFixed(1)} s)`);
      rmSync(out, { recursive: true, force: true });
    }
  }
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function percent(share) {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(0)} %`;
}
