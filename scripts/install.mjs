// Makes node_modules match package-lock.json, with nothing but Node and npm on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

// ONNX Runtime's install script only fetches CUDA libraries; its CPU binaries are in the package.
export const environment = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };

/** Runs `npm ci` where node_modules is missing or lacks what the lock file asks for. */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing the packages of this project (npm ci); the first time this takes a minute or two…');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
}

/** npm notes in node_modules what it has installed; packages for other platforms and optional ones may be absent. */
export function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  const wanted = packagesOf('package-lock.json');
  if (installed === undefined || wanted === undefined) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '' || ((optional || devOptional || peer) && installed[path] === undefined)) return true;
    return installed[path]?.version === version && existsSync(join(root, path));
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Runs a command in the project's folder with its output shown; throws when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (error) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}
