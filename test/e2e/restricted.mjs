// A window whose workspace nobody has said to trust: results can be looked at, nothing runs.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './lobes.mjs';
import { drawnPanel, results } from './localization.mjs';
import { openFile, openView, twoResults } from './next-to-code.mjs';

/** Titles of our commands: all, and those that need trust. */
function titlesOf(root) {
  const texts = readJson(root, 'package.nls.json');
  const all = readJson(root, 'package.json').contributes.commands.map(({ title, enablement = '' }) => ({
    title: texts[title.replaceAll('%', '')],
    runs: enablement.includes('isWorkspaceTrusted'),
  }));
  return {
    ours: new Set(all.map(({ title }) => title)),
    running: all.filter(({ runs }) => runs).map(({ title }) => title),
  };
}

const STUDY = 'models: { tiny: tiny-random }\nanalyses:\n  language: { analysis: localize, model: tiny }\n';

async function looksOnly(test) {
  twoResults(test);
  writeFileSync(join(test.workspace, 'guarded.study.yaml'), STUDY);
  writeFileSync(
    join(test.workspace, 'guarded.py'),
    'm = load("tiny-random")\nt = np.load(".brainlens/first-localization/t.npy")\n',
  );
  const { ours, running } = titlesOf(test.root);
  const before = results(test.workspace);
  const window = await test.restrictedWindow();
  const { page } = window;
  await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).first().waitFor();
  await window.knowsCommand('Brainlens: Open Result');

  const offered = await paletteTitles(window);
  assert.ok(offered.includes('Brainlens: Open Result…'), offered.join());
  assert.deepEqual(
    running.filter((title) => offered.includes(`Brainlens: ${title}`)),
    [],
  );
  await test.picture(window, '1-palette');
  await page.keyboard.press('Escape');

  for (const name of ['tiny-random', 'guarded.study.yaml'])
    assert.deepEqual(
      (await menuTitles(window, window.explorerRow(name))).filter((title) => ours.has(title)),
      [],
      name,
    );

  await openFile(window, 'guarded.py');
  const lenses = page.locator('.editor-instance .codelens-decoration');
  await lenses.getByText('Open · ').waitFor();
  assert.deepEqual(
    (await lenses.allInnerTexts()).filter((text) => /Localize|Align/.test(text)),
    [],
  );
  await test.picture(window, '2-code');
  await openFile(window, 'guarded.study.yaml');
  await page.waitForTimeout(1500);
  assert.deepEqual(
    (await lenses.allInnerTexts()).filter((text) => /Run/.test(text)),
    [],
  );
  await test.picture(window, '3-study');
  assert.equal(
    await page
      .locator('.editor-actions')
      .getByRole('button', { name: /Run Study/ })
      .count(),
    0,
  );
  await window.closeEditors();

  const { row } = await openView(window);
  await row('first-localization').click();
  const panel = await drawnPanel(window);
  const { summary } = readJson(test.workspace, '.brainlens/first-localization/result.json');
  assert.equal(await panel.locator('.lead').innerText(), summary);
  const onResult = await menuTitles(window, row('first-localization'));
  assert.ok(onResult.includes('Rename…'), onResult.join());
  assert.deepEqual(
    running.filter((title) => onResult.includes(title)),
    [],
  );
  await test.picture(window, '4-result');
  assert.deepEqual(results(test.workspace), before, 'nothing ran');
  for (const name of ['guarded.study.yaml', 'guarded.py']) rmSync(join(test.workspace, name));
}

/** Every command of ours that the palette lists. */
async function paletteTitles(window) {
  await window.commandRow('Brainlens: Open Result');
  const input = window.page.locator('.quick-input-widget:visible input').first();
  await input.fill('>Brainlens: ');
  const rows = window.page.locator('.quick-input-list .monaco-list-row .label-name', { hasText: 'Brainlens:' });
  await rows.first().waitFor();
  await window.page.waitForTimeout(300);
  return (await rows.allInnerTexts()).map((title) => title.trim());
}

/** Entries of a row's context menu. */
async function menuTitles(window, row) {
  const menu = await window.contextMenu(row);
  const titles = await menu.locator('.action-menu-item').allInnerTexts();
  await window.page.keyboard.press('Escape');
  return titles.map((title) => title.trim());
}

export const restricted = [
  { name: 'restricted: results can be looked at, and nothing that runs is offered', run: looksOnly },
];
