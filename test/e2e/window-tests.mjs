// One server, one profile, one workspace for all browser tests; each test opens a window of its own.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWindow } from './browser.mjs';
import { prepareProfile, serve } from './code-server.mjs';
import { writeRandomModel } from './random-model.mjs';
import { interruptions } from './interruptions.mjs';
import { localization } from './localization.mjs';
import { panels } from './panels.mjs';

/** @returns {Promise<{passed: number, failed: number, lines: string[]}>} */
export async function runBrowserTests({ browser, temporary, results, vsix, samples, only }) {
  const profile = join(temporary, 'profile');
  const workspace = join(temporary, 'workspace');
  cpSync(samples, workspace, { recursive: true });
  mkdirSync(join(workspace, 'models'), { recursive: true });
  writeRandomModel(join(workspace, 'models/slow-random'), join(workspace, 'models/tiny-random'), {
    layers: 16,
    width: 512,
  });
  prepareProfile(profile, vsix);
  const server = await serve(profile);
  const tests = [...localization, ...panels, ...interruptions].filter(
    ({ name }) => only === undefined || name.includes(only),
  );
  const outcome = { passed: 0, failed: 0, lines: [] };
  try {
    for (const { name, run } of tests) {
      const context = new TestContext({ browser, server, profile, workspace, results, name });
      const start = Date.now();
      const error = await context.attempt(run);
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      if (error === undefined) outcome.passed++;
      else outcome.failed++;
      outcome.lines.push(
        error === undefined ? `  ok ${name} (${seconds} s)` : `  FAILED ${name}\n${error.stack ?? error}`,
      );
    }
  } finally {
    await server.stop();
  }
  return outcome;
}

/** What a test works with. */
class TestContext {
  constructor(parts) {
    Object.assign(this, parts);
    this.pictures = 0;
  }

  /** Runs a test; afterwards nothing may have gone wrong in its windows. @returns its error */
  async attempt(test) {
    this.windows = [];
    try {
      await test(this);
      const problems = [...this.windows.flatMap(({ problems }) => problems), ...this.newPanelProblems()];
      if (problems.length > 0) return new Error(`in the window:\n${problems.join('\n')}`);
      return undefined;
    } catch (error) {
      await this.windows
        .at(-1)
        ?.page.screenshot({ path: this.file('failure.png') })
        .catch(() => undefined);
      return error;
    } finally {
      for (const window of this.windows) await window.close();
    }
  }

  /** A fresh window on the workspace (or another folder), once Brainlens has looked for models. */
  async window(folder = this.workspace) {
    const scans = this.scans();
    const window = await openWindow(this.browser, this.server.open(folder));
    this.windows.push(window);
    for (const end = Date.now() + 45_000; this.scans() === scans;) {
      if (Date.now() > end) throw new Error('Brainlens did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return window;
  }

  async picture(window, name) {
    await window.page.screenshot({ path: this.file(`${name}.png`) });
  }

  /** All that Brainlens has written to its output channel, in every window. */
  log() {
    const folder = join(this.profile, 'data/logs');
    if (!existsSync(folder)) return '';
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('Brainlens.log'));
    return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  }

  /** What panels have reported since the last look: policy violations and uncaught errors. */
  newPanelProblems() {
    const problems = this.log()
      .split('\n')
      .filter((line) => line.includes('Panel: '));
    const seen = (TestContext.seen ??= new Set());
    const fresh = problems.filter((line) => !seen.has(line));
    for (const line of fresh) seen.add(line);
    return fresh;
  }

  scans() {
    return this.log().split('Models in this workspace').length;
  }

  file(name) {
    return join(this.results, `${this.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${name}`);
  }
}
