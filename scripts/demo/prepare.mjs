// Installs and builds, when that has not been done for the files as they are now.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from '../install.mjs';
import { run } from './run.mjs';

/** `npm ci` where node_modules is missing or lacks what the lock file asks for. */
export async function installIfStale(root) {
  if (isInstalled()) return;
  console.error('Installing the packages of this project (npm ci); the first time this takes a minute.');
  await run('npm', ['ci', '--no-fund', '--no-audit'], { cwd: root, env: { ONNXRUNTIME_NODE_INSTALL: 'skip' } });
}

/** Builds where dist/ is missing or older than a source file. */
export async function buildIfStale(root) {
  const built = join(root, 'dist/cli.js');
  const sources = ['src', 'webview', 'samples', 'esbuild.mjs', 'package.json'].map((name) => newest(join(root, name)));
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources)) return;
  console.error('Building.');
  await run(process.execPath, ['esbuild.mjs'], { cwd: root });
}

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}
