// Runs the mocha suites of test/host inside VS Code's extension host.
import { build } from 'esbuild';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startServer, vscodeServer } from './code-server.mjs';

const TIMEOUT = 120_000;

/** @returns {Promise<{passed: number, failed: number, lines: string[]}>} */
export async function runHostTests({ root, browser, temporary, samples }) {
  const home = join(temporary, 'host');
  const workspace = join(home, 'workspace');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  cpSync(samples, workspace, { recursive: true });
  // Below the project, so that mocha is found.
  const tests = join(root, 'test-results/host/index.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/host/index.ts'],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  writeFileSync(join(root, 'test-results/host/package.json'), '{ "type": "commonjs" }\n');
  const report = join(home, 'report.json');
  process.env.BRAINLENS_HOST_REPORT = report;
  const port = await freePort();
  const server = await startServer(
    [
      ...[join(vscodeServer, 'out/server-main.js'), '--host', '127.0.0.1', '--port', String(port)],
      ...['--enable-smoke-test-driver', '--without-connection-token', '--accept-server-license-terms'],
      ...['--disable-telemetry', '--server-data-dir', join(home, 'data'), '--extensions-dir', join(home, 'extensions')],
    ],
    port,
    '/version',
  );
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    const log = [];
    const ended = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
    await page.exposeFunction('codeAutomationLog', (_type, args) => log.push(args.join(' ')));
    const at = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
    const payload = [
      ['extensionDevelopmentPath', at(root)],
      ['extensionTestsPath', at(tests)],
    ];
    const query = `folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    await page.goto(`${server.url}/?${query}`);
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, TIMEOUT, 'timeout')));
    const code = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (existsSync(report)) return JSON.parse(readFileSync(report, 'utf8'));
    return {
      passed: 0,
      failed: 1,
      lines: [`  FAILED extension host: ended with ${code} and no report`, ...log.slice(-20)],
    };
  } finally {
    await context.close();
    await server.stop();
  }
}
