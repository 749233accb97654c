import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../../src/cli/program';

// The first to ask imports everything that reads studies.
vi.setConfig({ testTimeout: 60_000 });

const home = realpathSync(mkdtempSync(join(tmpdir(), 'brainlens-study-problems-')));
const before = process.cwd();
beforeAll(() => {
  process.chdir(home);
  for (const folder of ['tiny', 'deep']) mkdirSync(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(home, { recursive: true, force: true });
});

async function run(study: string, ...args: string[]) {
  let stderr = '';
  let stdout = '';
  writeFileSync('mine.study.yaml', study);
  const streams = {
    stdout: { write: (text: string) => void (stdout += text) },
    stderr: { write: (text: string) => void (stderr += text) },
  };
  const code = await runCommandLine(
    ['run', ...(args[0]?.startsWith('-') === false ? [] : ['mine.study.yaml']), ...args],
    streams,
  );
  return { code, stdout, stderr };
}

const GOOD = 'models: { tiny: ./tiny }\nanalyses: { language: { analysis: localize, model: tiny } }\n';

it.each([
  ['', 1],
  ['# nothing yet\n', 1],
  ['name: mine\n', 1],
  ['name: mine\nanalyses:\n', 2],
  ['analyses: {}\n', 1],
])('a study without analyses is no study that is done: %j', async (text, line) => {
  const { code, stdout, stderr } = await run(text);
  expect(stderr).toBe(`brainlens: mine.study.yaml, line ${line}: the study has no analyses: add one under analyses:\n`);
  expect([code, stdout]).toEqual([2, '']);
});

it('a mistyped section is named as such, rather than missed', async () => {
  expect((await run('analysis: { a: { analysis: localize, model: x } }\n')).stderr).toMatch(
    /did you mean "analyses"\?/,
  );
});

it('a file in the place of the folder of results is found before any run', async () => {
  writeFileSync('fileres', 'x');
  writeFileSync('deep/mine', 'x');
  const { code, stdout, stderr } = await run(`results: fileres\n${GOOD}`);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^brainlens: fileres is a file, not a folder: change results: or --results/);
  expect((await run(GOOD, '--dry-run', '--results', 'fileres/below')).stderr).toMatch(/: fileres is a file, not/);
  expect((await run(GOOD, '--dry-run', '--results', 'deep')).stderr).toMatch(/: deep\/mine is a file, not a folder/);
});

it('a folder is no study file', async () => {
  const { code, stderr } = await run(GOOD, 'tiny');
  expect(code).toBe(2);
  expect(stderr).toMatch(/tiny is a folder, not a study file\. Name a study file/);
});

it('every problem is told of with its line, at most ten below the first', async () => {
  const wrong = (count: number): string =>
    `${GOOD.replace(/\n$/, '')}\nsettings:\n${Array.from({ length: count }, (_, i) => `  zz${i}: 1\n`).join('')}`;
  const lines = (await run(wrong(3))).stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^brainlens: mine\.study\.yaml, line 4: Unknown key "zz0".* \(and 2 more: line 5, 6\)$/);
  expect(lines[2]).toMatch(/^mine\.study\.yaml, line 6: Unknown key "zz2"/);
  expect((await run(wrong(30))).stderr.trimEnd().split('\n')).toHaveLength(11);
});

it('--at-once 0 is told what is wrong with 0', async () => {
  for (const more of [[], ['--shards', '2']])
    expect((await run(GOOD, '--at-once', '0', ...more)).stderr).toMatch(
      /--at-once "0" is not a whole number of at least 1/,
    );
});

it('a list of numbers that was written as text comes with an example', async () => {
  const study =
    "models: { tiny: ./tiny }\nanalyses: { a: { analysis: ablate, model: tiny, units: ./tiny, fractions: '0.01' } }\n";
  expect((await run(study)).stderr).toMatch(
    /"fractions" must be a list or a number, such as \[0\.02, 0\.05\], not text/,
  );
});

it('a dataset that is no manifest is found when the study is read', async () => {
  const study = (dataset: string): string =>
    `models: { tiny: ./tiny }\ndatasets: { d: ${dataset} }\nanalyses: { a: { analysis: align, model: tiny, dataset: d } }\n`;
  const { code, stderr } = await run(study('mine.study.yaml'), '--dry-run');
  expect(code).toBe(2);
  expect(stderr).toMatch(/line 2: "mine\.study\.yaml": this is a study file, not a dataset manifest$/m);
  writeFileSync('other.yaml', 'a: 1\n');
  expect((await run(study('other.yaml'), '--dry-run')).stderr).toMatch(
    /"other\.yaml": this is no dataset manifest: it has neither/,
  );
  writeFileSync('dataset.yaml', 'name: x\nstimuli: s.csv\nresponses: r.csv\n');
  expect((await run(study('dataset.yaml'), '--dry-run')).stderr).not.toMatch(/manifest/);
});
