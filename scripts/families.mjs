// Writes the table of model families into README.md, from the adapters and the golden variants of their tests. `--check`
// changes nothing and fails when the table differs.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTypeScript, root } from './load-typescript.mjs';

const check = process.argv.includes('--check');
const marks = ['<!-- families: npm run families -->', '<!-- /families -->'];

const { architectures } = await loadTypeScript(`export * from './src/models/architectures/index'`);
const goldens = await variantsByType();
const readme = join(root, 'README.md');
const before = await readFile(readme, 'utf8');
const [from, to] = [before.indexOf(marks[0]) + marks[0].length, before.indexOf(marks[1])];
if (from < marks[0].length || to < 0) throw new Error(`README.md lacks ${marks.join(' … ')}`);
const after = `${before.slice(0, from)}\n\n${table()}\n\n${before.slice(to)}`;
if (after === before) process.exit(0);
if (check) {
  console.error('The table of families in README.md is stale: npm run families');
  process.exit(1);
}
await writeFile(readme, after);

function table() {
  const rows = architectures.map(({ family, models, modelTypes, covered }) => {
    const count = modelTypes.reduce((sum, type) => sum + (goldens.get(type) ?? 0), 0);
    return `| ${family} | ${models} | ${count} | ${listed(covered)} |`;
  });
  return ['| family | models | golden models | verified settings |', '|---|---|---|---|', ...rows].join('\n');
}

/** Settings with the values that the tests hold against PyTorch. */
function listed(covered) {
  return Object.entries(covered)
    .map(([name, values]) => {
      const told = values
        .filter((value) => value !== null)
        .map((value) => (value === 'number' ? 'any' : String(value)));
      return told.length === 0 ? undefined : `\`${name}\` ${told.join(', ')}`;
    })
    .filter((line) => line !== undefined)
    .join('; ');
}

/** How many golden models of each model_type there are. */
async function variantsByType() {
  const families = join(root, 'test/golden/families');
  const files = (await readdir(families)).filter((file) => file.endsWith('.json')).map((file) => join(families, file));
  const models = join(root, 'test/golden/models');
  for (const entry of await readdir(models, { withFileTypes: true })) {
    if (entry.isDirectory()) files.push(join(models, entry.name, 'config.json'));
  }
  const counts = new Map();
  for (const file of files) {
    const json = JSON.parse(await readFile(file, 'utf8'));
    const type = (json.config ?? json).model_type;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}
