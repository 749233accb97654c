// Makes node_modules match package-lock.json, with nothing but Node and npm on the machine.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

// ONNX Runtime's install script only fetches CUDA libraries; its CPU binaries are in the package.
export const environment = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };

/** Runs `npm ci` unless the installed packages are newer than the lock file. */
export function ensureInstalled() {
  const installed = join(root, 'node_modules/.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing packages…');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
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
