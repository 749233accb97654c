// Installs and builds, when that has not been done for the files as they are now.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

/** `npm ci` where node_modules is missing or lacks what the lock file asks for. */
export async function installIfStale(root) {
  if (isInstalled(root)) return;
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

/** npm notes in node_modules what it has installed; packages for other platforms and optional ones may be absent. */
function isInstalled(root) {
  const installed = packagesOf(join(root, 'node_modules/.package-lock.json'));
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '' || ((optional || devOptional || peer) && installed[path] === undefined)) return true;
    return installed[path]?.version === version && existsSync(join(root, path));
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}
