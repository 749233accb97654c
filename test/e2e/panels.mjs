// The result editor: reload, themes, commands, files that change or are broken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawnPanel, results } from './localization.mjs';

/** Class of the panel's body → name in VS Code's list of themes; light last, for the tests that follow. */
export const THEMES = {
  dark: 'Dark Modern',
  'high-contrast': 'Dark High Contrast',
  'high-contrast-light': 'Light High Contrast',
  light: 'Light Modern',
};

/** Name of the newest result; the command line makes one where no earlier test has. */
function newest(test) {
  const find = () =>
    results(test.workspace)
      .filter((folder) => folder.startsWith('localize-'))
      .at(-1);
  if (find() === undefined) {
    const out = join(test.workspace, '.brainlens/localize-20260101-000000');
    const args = ['localize', '--model', join(test.workspace, 'tiny-random'), '--out', out, '--quiet'];
    execFileSync(process.execPath, [join(test.root, 'dist/cli.js'), ...args]);
  }
  return find();
}

/** Opens the newest result by a click on its result.json in the Explorer. */
async function openNewest(test) {
  const name = newest(test);
  const window = await test.window();
  await openResult(window, name);
  return { window, folder: join(test.workspace, '.brainlens', name), panel: window.panel() };
}

async function openResult(window, name) {
  await (await window.resultRow(name)).dblclick();
}

async function reload(test) {
  const { window } = await openNewest(test);
  const panel = await drawnPanel(window);
  const heading = await panel.locator('h1').innerText();
  await panel
    .getByRole('button', { name: /^Show data table: / })
    .first()
    .click();
  await panel.locator('[data-figure="selected-per-layer"] table').waitFor();
  // In a browser VS Code stores its state every five seconds, when idle, and not at the end.
  await window.page.waitForTimeout(12_000);
  await window.page.reload();
  const again = await drawnPanel(window);
  assert.equal(await again.locator('h1').innerText(), heading);
  await again.locator('[data-figure="selected-per-layer"] table').waitFor();
  await test.picture(window, 'reloaded');
}

async function themes(test) {
  const { window } = await openNewest(test);
  const panel = await drawnPanel(window);
  const seen = new Set();
  for (const [kind, theme] of Object.entries(THEMES)) {
    await window.chooseTheme(theme);
    await panel.locator(`body.vscode-${kind}`).waitFor();
    await window.page.waitForTimeout(1000);
    const colours = await panel.locator('[data-figure="selected-per-layer"]').evaluate((card) => ({
      page: getComputedStyle(document.body).backgroundColor,
      text: getComputedStyle(card.querySelector('.xtick text')).fill,
    }));
    assert.notEqual(colours.page, colours.text);
    seen.add(`${colours.page} ${colours.text}`);
    await test.picture(window, kind);
  }
  assert.equal(seen.size, Object.keys(THEMES).length, 'page and plots take every theme’s own colours');
}

async function actions(test) {
  const { window, folder } = await openNewest(test);
  const panel = await drawnPanel(window);
  await window.page
    .locator('.editor-actions')
    .getByRole('button', { name: /Copy NumPy Snippet/ })
    .click();
  const copied = async () => window.page.evaluate(() => navigator.clipboard.readText());
  for (let i = 0; i < 50 && !(await copied()).includes('np.load'); i++) await window.page.waitForTimeout(100);
  assert.match(await copied(), /t = np\.load\(folder \/ "t\.npy"\)/);
  await panel.getByRole('button', { name: 'Reveal arrays' }).click();
  await window.page.locator('.explorer-folders-view .monaco-list-row.selected', { hasText: '.npy' }).waitFor();
  await window.tab('result.json').first().click();
  await window.command('Brainlens: Open Report');
  await window.notification(/report\.html/).waitFor();
  await test.picture(window, 'report-written');
  assert.ok(readFileSync(join(folder, 'report.html'), 'utf8').startsWith('<!doctype html>'));
  await panel
    .getByRole('button', { name: /^Export PNG: / })
    .first()
    .click();
  const input = window.page.locator('.quick-input-widget:visible input[type="text"]').first();
  await input.waitFor();
  for (let i = 0; i < 100 && !(await input.inputValue()).endsWith('.png'); i++) await window.page.waitForTimeout(100);
  assert.match(await input.inputValue(), /selected-per-layer\.png$/);
  const target = join(folder, 'picture.png');
  await input.fill(target);
  await window.page.keyboard.press('Enter');
  for (let i = 0; i < 100 && !existsSync(target); i++) await window.page.waitForTimeout(100);
  assert.deepEqual([...readFileSync(target).subarray(1, 4)], [...Buffer.from('PNG')]);
}

async function changesOnDisk(test) {
  const name = newest(test);
  const copy = join(test.workspace, '.brainlens/copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(test.workspace, '.brainlens', name), copy, { recursive: true });
  const window = await test.window();
  await openResult(window, 'copy');
  const panel = await drawnPanel(window);
  const file = join(copy, 'result.json');
  const content = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...content, summary: 'Changed on disk.' }));
  await panel.getByText('Changed on disk.').waitFor();
  writeFileSync(file, '{ "schema": ');
  await panel.getByRole('alert').filter({ hasText: 'result.json' }).waitFor();
  await test.picture(window, 'broken');
  writeFileSync(file, JSON.stringify({ ...content, schema: 'brainlens/telepathy@1' }));
  await panel.getByRole('alert').filter({ hasText: 'telepathy' }).waitFor();
  appendFileSync(file, '');
  await window.askFromMenu(window.tab('result.json').first(), 'Reopen Editor With');
  const pick = await window.quickPick(/Text Editor/);
  await pick.getByText('Text Editor').first().click();
  await window.page.locator('.editor-instance .monaco-editor .view-lines').getByText('telepathy').first().waitFor();
}

async function several(test) {
  const { window } = await openNewest(test);
  await drawnPanel(window);
  const copy = join(test.workspace, '.brainlens/second');
  mkdirSync(copy, { recursive: true });
  const name = newest(test);
  cpSync(join(test.workspace, '.brainlens', name), copy, { recursive: true });
  const content = JSON.parse(readFileSync(join(copy, 'result.json'), 'utf8'));
  writeFileSync(join(copy, 'result.json'), JSON.stringify({ ...content, name: 'second' }));
  await openResult(window, 'second');
  await window.panel().locator('h1', { hasText: 'second' }).waitFor();
  assert.equal(await window.tab('result.json').count(), 2);
}

export const panels = [
  { name: 'a reload of the window restores the panel and what was open in it', run: reload },
  { name: 'the panel takes on dark, light and both high-contrast themes', run: themes },
  { name: 'the buttons copy, reveal, report and export', run: actions },
  { name: 'the panel follows its file, says when it is broken, and reopens as text', run: changesOnDisk },
  { name: 'several results are open side by side', run: several },
];
