// `npm run code`: opens the extension as it stands in VS Code in a browser, on a copy of the sample workspace.
// `-- --folder DIR` opens a folder of your own instead. Ctrl+C ends it.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installServer, prepareProfile, serve, unavailable } from '../test/e2e/code-server.mjs';
import { ensureInstalled, root, run } from './install.mjs';
import { packageVsix } from './package.mjs';

const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const reason = unavailable();
if (reason === undefined) await open();
else {
  console.error(`${reason}. Use "Run Extension" of a VS Code on this machine instead.`);
  process.exitCode = 2;
}

async function open() {
  ensureInstalled();
  installServer();
  run(process.execPath, ['esbuild.mjs']);
  const temporary = mkdtempSync(join(tmpdir(), 'brainlens-code-'));
  const vsix = join(temporary, 'brainlens.vsix');
  packageVsix(`${process.platform}-${process.arch}`, vsix);
  prepareProfile(temporary, vsix);
  const folder = values.folder === undefined ? join(temporary, 'samples') : resolve(values.folder);
  if (values.folder === undefined) cpSync(join(root, 'samples'), folder, { recursive: true });
  const server = await serve(temporary);
  console.log(`Open ${server.open(folder)}`);
  console.log('Right-click models/tiny-random in the Explorer and choose "Localize Language Units…". Ctrl+C ends it.');
  const end = async () => {
    await server.stop();
    rmSync(temporary, { recursive: true, force: true });
    process.exit();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}
