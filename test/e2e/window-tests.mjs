// One server, one profile, one workspace for all browser tests; each test opens a window of its own.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ablation } from './ablation.mjs';
import { alignment } from './alignment.mjs';
import { openWindow } from './browser.mjs';
import { prepareProfile, serve } from './code-server.mjs';
import { comparison } from './comparison.mjs';
import { crystals } from './crystals.mjs';
import { downloads } from './download.mjs';
import { writeRandomModel } from './random-model.mjs';
import { galaxy } from './galaxy.mjs';
import { interruptions } from './interruptions.mjs';
import { localization } from './localization.mjs';
import { lobes } from './lobes.mjs';
import { manifests } from './manifest.mjs';
import { nextToCode } from './next-to-code.mjs';
import { panels } from './panels.mjs';
import { restricted } from './restricted.mjs';
import { studies } from './studies.mjs';
import { walkthrough } from './walkthrough.mjs';

/** Runs them in turn and prints each. @returns {Promise<{passed: number, failed: number}>} */
export async function runBrowserTests({ root, browser, temporary, results, vsix, samples, only }) {
  const profile = join(temporary, 'profile');
  const workspace = join(temporary, 'workspace');
  // Models lie at the top, so that the first action in a fresh window can be the right-click on one.
  cpSync(join(samples, 'models'), workspace, { recursive: true });
  cpSync(join(samples, 'stimuli'), join(workspace, 'stimuli'), { recursive: true });
  writeRandomModel(join(workspace, 'slow-random'), join(workspace, 'tiny-random'), { layers: 16, width: 512 });
  prepareProfile(profile, vsix);
  const server = await serve(profile);
  const tests = [
    ...localization,
    ...ablation,
    ...panels,
    ...interruptions,
    ...alignment,
    ...manifests,
    ...lobes,
    ...galaxy,
    ...crystals,
    ...nextToCode,
    ...studies,
    ...comparison,
    ...walkthrough,
    ...restricted,
    ...downloads,
  ].filter(({ name }) => only === undefined || name.includes(only));
  const outcome = { passed: 0, failed: 0 };
  try {
    for (const { name, run } of tests) {
      const context = new TestContext({ root, browser, server, profile, workspace, results, name });
      const start = Date.now();
      const error = await context.attemptTwice(run);
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      if (error === undefined) outcome.passed++;
      else outcome.failed++;
      console.log(error === undefined ? `  ok ${name} (${seconds} s)` : `  FAILED ${name}\n${error.stack ?? error}`);
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

  /**
   * A busy machine closes menus and palettes under the driver's hands: what fails is run once more in a new window, and
   * both the first failure and the second run are told. @returns the second error
   */
  async attemptTwice(test) {
    const first = await this.attempt(test);
    if (first === undefined) return undefined;
    console.log(`  FAILED the first time, run once more: ${this.name}\n${first.stack ?? first}`);
    return this.attempt(test);
  }

  /** Runs a test; afterwards nothing may have gone wrong in its windows. @returns its error */
  async attempt(test) {
    this.windows = [];
    this.servers = [];
    try {
      await test(this);
      const problems = this.windows.flatMap((window) => window.unexpected());
      if (problems.length > 0) return new Error(`in the window:\n${problems.join('\n')}`);
      return undefined;
    } catch (error) {
      const window = this.windows.at(-1);
      await window?.page.screenshot({ path: this.file('failure.png') }).catch(() => undefined);
      const shown = await window?.shownText().catch(() => undefined);
      return shown === undefined ? error : new Error(`${error.stack ?? error}\n  on the screen:\n${shown}`);
    } finally {
      for (const window of this.windows) await window.close();
      for (const server of this.servers) await server.stop();
    }
  }

  /** A fresh window on the workspace, or on another folder. */
  async window(folder = this.workspace) {
    return this.windowAt(this.server.open(folder));
  }

  /** A window that trusts nobody, from a server of its own, which ends with the test. */
  async restrictedWindow(folder = this.workspace) {
    const server = await serve(this.profile, { restricted: true });
    this.servers.push(server);
    return this.windowAt(server.open(folder));
  }

  async windowAt(url) {
    const window = await openWindow(this.browser, url);
    this.windows.push(window);
    return window;
  }

  async picture(window, name) {
    await window.page.screenshot({ path: this.file(`${name}.png`) });
  }

  file(name) {
    return join(this.results, `${this.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}-${name}`);
  }
}
