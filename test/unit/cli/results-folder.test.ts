import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'brainlens-cli-results-')));
const before = process.cwd();
afterAll(() => {
  process.chdir(before);
  rmSync(home, { recursive: true, force: true });
});

async function foldersOf(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(['run', 'mine.study.yaml', '--dry-run', '--json', ...args], {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
  });
  if (code !== 0) return stderr;
  return (JSON.parse(stdout) as { runs: { folder: string }[] }).runs.map(({ folder }) => folder.slice(home.length + 1));
}

it('a study on the command line writes where it says, or where it is told', async () => {
  process.chdir(home);
  const model = join(before, 'samples/models/tiny-random');
  const study = `models: { tiny: ${JSON.stringify(model)} }\nanalyses: { language: { analysis: localize, model: tiny } }\n`;
  writeFileSync('mine.study.yaml', study);
  expect(await foldersOf()).toEqual([join('.brainlens', 'mine', 'language')]);
  expect(await foldersOf('--results', './out/')).toEqual([join('out', 'mine', 'language')]);
  writeFileSync('mine.study.yaml', `results: shelf/one\n${study}`);
  expect(await foldersOf()).toEqual([join('shelf', 'one', 'mine', 'language')]);
  expect(await foldersOf('--results', 'out')).toEqual([join('out', 'mine', 'language')]);
  expect(await foldersOf('--results', '../out')).toMatch(/--results \.\.\/out: not a folder of results\. Write a path/);
}, 60_000);
