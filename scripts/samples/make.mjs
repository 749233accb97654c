// Writes samples/stimuli/language.csv from sentences.txt.
//
//   node scripts/samples/make.mjs                      as committed
//   node scripts/samples/make.mjs --words DICTIONARY…  after a change: leaves out the real words of these dictionaries
//                                                      and notes those met in refused.txt, so that the first form
//                                                      gives the same file without them
//
// Dictionaries are lists of one word a line; the committed file was made with Debian's wamerican and wamerican-huge.
import { build } from 'esbuild';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const refusedFile = join(here, 'refused.txt');
const { positionals, values } = parseArgs({ options: { words: { type: 'boolean' } }, allowPositionals: true });
if (positionals.length > 0 && !values.words) throw new Error('Dictionaries go with --words.');

const { languageCsv, lines, matchedPairs } = await load('language.ts');
const sentences = lines(await readFile(join(here, 'sentences.txt'), 'utf8'));
const met = new Set();
const pairs = matchedPairs(sentences, values.words ? await dictionaryCheck(positionals) : await committedCheck());
if (values.words) await writeFile(refusedFile, [...met].sort().join('\n') + '\n');
await writeFile(join(here, '../../samples/stimuli/language.csv'), languageCsv(pairs));
process.stdout.write(`${pairs.length} sentences and as many lists of nonwords\n`);

async function load(source) {
  const folder = await mkdtemp(join(tmpdir(), 'brainlens-samples-'));
  try {
    const outfile = join(folder, 'bundle.mjs');
    await build({ entryPoints: [join(here, source)], outfile, bundle: true, format: 'esm', platform: 'node' });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function committedCheck() {
  const refused = new Set(lines(await readFile(refusedFile, 'utf8')));
  return (text) => refused.has(text);
}

/** Words of one letter are letters, and short capitalised entries are mostly abbreviations. */
async function dictionaryCheck(files) {
  const known = new Set();
  for (const file of files) {
    for (const word of lines(await readFile(file, 'utf8'))) {
      if (word.length > 3 || (word.length > 1 && word === word.toLowerCase())) known.add(word.toLowerCase());
    }
  }
  return (text) => {
    if (known.has(text)) met.add(text);
    return known.has(text);
  };
}
