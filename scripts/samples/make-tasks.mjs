// Writes the generated tasks and stimuli under samples/, always the same bytes: node scripts/samples/make-tasks.mjs
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const samples = join(here, '../../samples');

const { outputFiles } = await build({
  entryPoints: [join(here, 'files.ts')],
  bundle: true,
  format: 'esm',
  write: false,
  logLevel: 'error',
});
const { generatedFiles } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
for (const [path, content] of generatedFiles(await readFile(join(samples, 'stimuli/language.csv'), 'utf8'))) {
  await mkdir(dirname(join(samples, path)), { recursive: true });
  await writeFile(join(samples, path), content);
}
