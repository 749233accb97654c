// `npm test`: installs, builds and runs every test that a fresh machine can, then prints one line of totals.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, environment, root, run } from './install.mjs';

const results = join(root, 'test-results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
ensureInstalled();
run('node', ['esbuild.mjs']);

const total = { passed: 0, failed: 0 };
// Mostly a wait for the network; where it fails the browser tests try again and say why.
const installing = script(['test/e2e/install.mjs'], { afterwards: true });
add(await vitest('unit'), 'unit');
await installing;
// Both browser suites need it; where it can neither be found nor installed they skip by name.
const { ensureChromium } = await import('../test/e2e/browser.mjs');
ensureChromium();
// Side by side: each leaves a core idle most of the time.
const panel = script(['test/e2e/panel/run.mjs'], { afterwards: true });
for (const suite of ['process', 'slurm']) add(await vitest(suite), suite);
add(await panel, 'panel');
add(await script(['test/e2e/run.mjs']), 'editor');
writeFileSync(join(results, 'summary.json'), JSON.stringify(total));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

function add(counts, suite) {
  console.log(`${suite}: ${counts.passed} passed, ${counts.failed} failed`);
  total.passed += counts.passed;
  total.failed += counts.failed;
}

/** Runs one vitest project and reads its counts from its JSON report. */
async function vitest(suite) {
  const report = join(results, `${suite}.json`);
  const config = suite === 'unit' ? [] : ['--config', `vitest.${suite}.config.ts`];
  const reporters = [
    '--reporter=default',
    '--reporter=./test/skip-reporter.ts',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const { code } = await pipe(['node_modules/vitest/vitest.mjs', 'run', ...config, ...reporters]);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  // A file that fails to load fails the run without a failed test.
  return { passed: numPassedTests, failed: Math.max(numFailedTests, code === 0 ? 0 : 1) };
}

/** Runs a script that ends with "N passed, N failed" and prints "SKIP name: reason" for what it leaves out. */
async function script(args, { afterwards = false } = {}) {
  const { code, output } = await pipe(args, { afterwards });
  for (const line of output.split('\n').filter((text) => text.startsWith('SKIP '))) {
    appendFileSync(join(results, 'skips.txt'), `${line}\n`);
  }
  const counts = [...output.matchAll(/^(\d+) passed, (\d+) failed/gm)].at(-1);
  const passed = Number(counts?.[1] ?? 0);
  const failed = Number(counts?.[2] ?? 0);
  return { passed, failed: Math.max(failed, code === 0 ? 0 : 1) };
}

/** @param options `afterwards`: what it prints is shown when it has ended, for something else prints meanwhile */
function pipe(args, { afterwards = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (!afterwards) process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (afterwards) process.stdout.write(output);
      resolve({ code, output });
    });
  });
}
