// Packages the extension, one VSIX per platform: `npm run package -- [--target linux-x64]… [--all] [--out FOLDER]`.
// Default: this machine's platform. `npm pack` makes the package for clusters without VS Code.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root, run } from './install.mjs';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const LIMIT_MB = { 'linux-x64': 25 };
const here = `${process.platform}-${process.arch}`;

/** Packages `dist` as it stands into `file`. */
export function packageVsix(target, file) {
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [vsce, 'package', '--target', target, '--no-dependencies', '--allow-missing-repository'];
  args.push('--no-rewrite-relative-links', '--out', file);
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`vsce could not package ${target}:\n${stdout}${stderr}`);
  return statSync(file).size;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) packageAll();

function packageAll() {
  const { values } = parseArgs({
    options: {
      target: { type: 'string', multiple: true, default: [here] },
      all: { type: 'boolean', default: false },
      out: { type: 'string', default: root },
    },
  });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const targets = values.all ? PLATFORMS : values.target;
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  for (const target of targets) {
    run(process.execPath, ['esbuild.mjs', '--production', '--target', target]);
    const file = join(out, `brainlens-${target}-${version}.vsix`);
    const size = packageVsix(target, file) / 1e6;
    const limit = LIMIT_MB[target];
    console.log(`${file}: ${size.toFixed(1)} MB${limit === undefined ? '' : ` (limit ${limit} MB)`}`);
    if (limit !== undefined && size >= limit) process.exitCode = 1;
  }
  // Leave native files that run on this machine behind.
  if (targets.at(-1) !== here) run(process.execPath, ['esbuild.mjs']);
}
