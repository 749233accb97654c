// `npm run test:e2e`: our packaged VSIX in real VS Code, in the extension host and in a browser window.
// `node test/e2e/run.mjs [--only TEXT] [--no-build]` runs the browser tests whose name contains TEXT.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageVsix } from '../../scripts/package.mjs';
import { root, run } from '../../scripts/install.mjs';
import { ensureChromium, launch } from './browser.mjs';
import { installServer, unavailable } from './code-server.mjs';
import { runHostTests } from './host.mjs';
import { runBrowserTests } from './window-tests.mjs';

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, 'no-build': { type: 'boolean', default: false } },
});
const reason = unavailable() ?? ensureChromium();
if (reason === undefined) process.exitCode = await all();
else console.log(`SKIP editor in a browser: ${reason}\n0 passed, 0 failed`);

async function all() {
  const results = join(root, 'test-results/e2e');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  installServer();
  if (!options['no-build']) run(process.execPath, ['esbuild.mjs', '--production']);
  const vsix = join(results, 'brainlens.vsix');
  packageVsix(`${process.platform}-${process.arch}`, vsix);
  const temporary = mkdtempSync(join(tmpdir(), 'vscode-e2e-'));
  const browser = await launch();
  const total = { passed: 0, failed: 0 };
  const add = ({ passed, failed, lines = [] }) => {
    for (const line of lines) console.log(line);
    total.passed += passed;
    total.failed += failed;
  };
  try {
    const setting = { root, browser, temporary, results, vsix, samples: join(root, 'samples'), only: options.only };
    if (options.only === undefined) add(await runHostTests(setting));
    add(await runBrowserTests(setting));
  } finally {
    await browser.close();
    rmSync(temporary, { recursive: true, force: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 ? 1 : 0;
}
