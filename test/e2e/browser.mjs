// Drives a VS Code window in Debian's Chromium, as a person would: by labels, menus and keys.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const WAIT = 90_000;

/** VS Code's and code-server's own complaints: never ours. */
const NOISE = [
  /vsda/i,
  /extension gallery|marketplace|open-vsx|extensions\/.*recommend/i,
  /github|auth/i,
  /allow-scripts and allow-same-origin/i,
  /spdlog|watchdog/i,
  /favicon|manifest/i,
  /net::ERR_/,
];
const OURS = /brainlens|fake\.html|Content Security Policy|securitypolicyviolation/i;

/** Makes sure that a Chromium with a font is there; the reason when it cannot be. */
export function ensureChromium() {
  if (existsSync(CHROMIUM)) return undefined;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return `no Chromium at ${CHROMIUM} (set CHROMIUM)`;
  console.log('Installing Debian packages chromium and fonts-dejavu-core…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] }).status;
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
  return existsSync(CHROMIUM) ? undefined : 'apt-get could not install chromium';
}

/** Starts the browser; WebGL runs in software, and pages are composed without it: that alone took a core. */
export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-gpu-compositing',
    ],
  });
}

/** Opens a fresh window (own storage) and collects what goes wrong in it. */
export async function openWindow(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT);
  const problems = [];
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const line = `${message.text()} (${message.location().url})`;
    if (OURS.test(line) && !NOISE.some((noise) => noise.test(message.text()))) problems.push(line);
  });
  page.on('pageerror', (error) => {
    if (!NOISE.some((noise) => noise.test(`${error.message}`)))
      problems.push(`uncaught: ${error.stack ?? error.message}`);
  });
  await page.goto(url);
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  return new Workbench(page, context, problems);
}

/** A VS Code window. */
export class Workbench {
  constructor(page, context, problems) {
    Object.assign(this, { page, context, problems, expected: [] });
  }

  /** VS Code writes error notifications to the console too: this one belongs to the test. */
  expectError(pattern) {
    this.expected.push(pattern);
  }

  unexpected() {
    return this.problems.filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
  }

  /** Words on the screen outside the editors: for a test that failed where nobody can look. */
  async shownText() {
    const parts = ['.quick-input-widget', '.context-view', '.notifications-toasts', '.monaco-dialog-box', '.statusbar'];
    const texts = await Promise.all(
      parts.map(async (part) => {
        const lines = await this.page.locator(`${part}:visible`).allInnerTexts();
        return `${part}: ${lines.join(' ').replace(/\s+/g, ' ').slice(0, 300)}`;
      }),
    );
    return texts.join('\n');
  }

  close() {
    // What VS Code complains about while it is being closed is nobody's fault.
    this.page.removeAllListeners();
    return this.context.close();
  }

  /** A row of the Explorer by its name. */
  explorerRow(name) {
    return this.page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Opens a folder of the Explorer. VS Code may do so by itself where a folder holds only one. */
  async expand(name) {
    const row = this.explorerRow(name);
    await row.waitFor();
    await this.page.waitForTimeout(500);
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
  }

  /** The first row of this name below an open folder: every result folder has a result.json. */
  async rowBelow(folder, name) {
    const index = async (row) => Number(await row.getAttribute('data-index'));
    for (let i = 0; i < 100; i++) {
      const rows = await this.explorerRow(name).all();
      const indices = await Promise.all(rows.map(index));
      const above = await index(this.explorerRow(folder));
      const found = indices.filter((value) => value > above).sort((a, b) => a - b)[0];
      if (found !== undefined) return this.explorerRow(name).and(this.page.locator(`[data-index="${found}"]`));
      await this.page.waitForTimeout(100);
    }
    throw new Error(`${folder} shows no ${name}`);
  }

  /** Row of a result folder's result.json. */
  async resultRow(folder) {
    // A click before VS Code has read the list of extensions opens JSON as text.
    await this.knowsCommand('Brainlens: Localize Language Units');
    await this.expand('.brainlens');
    await this.expand(folder);
    return this.rowBelow(folder, 'result.json');
  }

  async chooseTheme(theme) {
    await this.command('Preferences: Color Theme');
    const pick = await this.quickPick(/Select Color Theme/);
    await pick.locator('input').first().fill(theme);
    await pick.locator('.monaco-list-row.focused', { hasText: theme }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Entries of the context menu that a right-click on a row opens; a panel that is being built may close it at once. */
  async contextMenu(row) {
    const menu = this.page.locator('.context-view .monaco-menu');
    for (const end = Date.now() + WAIT; ;) {
      await row.click({ button: 'right' });
      const open = await menu.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
      if (open) break;
      if (Date.now() > end) throw new Error('a right-click opened no menu');
      await this.page.keyboard.press('Escape');
    }
    // VS Code ignores a mouse button that is released within 100 ms of a menu's opening: no person is that fast.
    await this.page.waitForTimeout(250);
    return menu;
  }

  /**
   * Right-click on a row until the entry is there (Brainlens looks at the workspace once VS Code has started), and choose
   * it; then a quick pick asks. A window that has just opened may take the focus from the menu: tried once more, and said.
   */
  async askFromMenu(row, label) {
    await this.chooseEntry(row, label);
    if (await this.isAsking()) return;
    console.log(`  nothing came of "${label}" within 10 s: tried once more; on the screen:\n${await this.shownText()}`);
    await this.page.keyboard.press('Escape');
    await this.chooseEntry(row, label);
    if (!(await this.isAsking())) throw new Error(`"${label}" was chosen twice, and no quick pick came`);
  }

  async chooseEntry(row, label) {
    for (const end = Date.now() + 60_000; ;) {
      const entry = (await this.contextMenu(row)).locator('.action-menu-item', { hasText: label });
      // A menu that has closed by itself is no entry to wait for.
      if (await entry.isVisible()) return entry.click({ timeout: 5000 }).catch(() => undefined);
      if (Date.now() > end) throw new Error(`the context menu has no "${label}"`);
      await this.page.keyboard.press('Escape');
      await this.page.waitForTimeout(250);
    }
  }

  isAsking() {
    const widget = this.page.locator('.quick-input-widget:visible');
    return widget.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  }

  /** The quick input that is open, once it shows `text` in its title, placeholder or rows. */
  async quickPick(text) {
    const widget = this.page.locator('.quick-input-widget:visible');
    await widget.waitFor();
    const shown = widget.getByText(text).or(widget.getByPlaceholder(text));
    await shown.first().waitFor();
    return widget;
  }

  /** Runs a command of the palette, once it is there. */
  async command(title) {
    const chosen = await (await this.commandRow(title)).click({ timeout: 5000 }).then(
      () => true,
      () => false,
    );
    // The palette closed between the look and the click.
    if (!chosen) await (await this.commandRow(title)).click();
  }

  /** Waits until the palette has a command: from then on its extension's contributions are known. */
  async knowsCommand(title) {
    await this.commandRow(title);
    await this.page.keyboard.press('Escape');
  }

  /**
   * The palette lists commands as of its opening, and closes when a panel that is being built takes the focus: reopened
   * until ours is there.
   */
  async commandRow(title) {
    for (const end = Date.now() + WAIT; ;) {
      await this.page.keyboard.press('F1');
      const input = this.page.locator('.quick-input-widget:visible input').first();
      const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
      const found = await input
        .fill(`>${title}`, { timeout: 5000 })
        .then(() => row.waitFor({ timeout: 5000 }))
        .then(
          () => true,
          () => false,
        );
      if (found) return row;
      await this.page.keyboard.press('Escape');
      if (Date.now() > end) throw new Error(`the palette has no command "${title}"`);
    }
  }

  /** A notification whose message matches. */
  notification(text) {
    return this.page.locator('.notification-list-item').filter({ hasText: text }).first();
  }

  async clearNotifications() {
    await this.command('Notifications: Clear All Notifications');
  }

  /** The inside of the n-th visible result panel. */
  panel() {
    return this.page
      .frameLocator('iframe.webview[src*="extensionId=brainlens.brainlens"]:visible')
      .frameLocator('iframe#active-frame');
  }

  /** A tab of the editor area. */
  tab(name) {
    return this.page.locator('.tabs-container .tab').filter({ hasText: name });
  }

  async closeEditors() {
    await this.command('View: Close All Editors');
  }
}
