// Dataset manifests in the editor: what is underlined, mended, offered and written.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseInExplorer, simulatedDataset } from './alignment.mjs';
import { drawnPanel, results } from './localization.mjs';

/** Lines of the visible text editor. */
function lines(window) {
  return window.page.locator('.editor-instance .monaco-editor .view-lines');
}

async function mended(test) {
  const folder = simulatedDataset(test, 'mistyped', { manifest: true });
  const file = join(folder, 'dataset.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('group:', 'gruop:').replace('value: value', 'value: vaule'));
  const window = await test.window();
  await window.expand('mistyped');
  await window.explorerRow('dataset.yaml').dblclick();
  const squiggles = window.page.locator('.editor-instance .squiggly-error');
  await squiggles.nth(1).waitFor({ state: 'attached' });
  await test.picture(window, 'underlined');
  for (let left = 1; left >= 0; left--) {
    await window.command('Go to Next Problem in Files');
    await window.page.keyboard.press('Escape');
    await window.page.keyboard.press('Control+.');
    const menu = window.page.locator('.action-widget');
    await menu.getByText(/Change to "/).waitFor();
    await test.picture(window, `fix-${left}`);
    await window.page.keyboard.press('Enter');
    for (let i = 0; i < 100 && (await squiggles.count()) > left; i++) await window.page.waitForTimeout(100);
    assert.equal(await squiggles.count(), left);
  }
  await window.page.keyboard.press('Control+s');
  for (let i = 0; i < 100 && readFileSync(file, 'utf8') !== good; i++) await window.page.waitForTimeout(100);
  assert.equal(readFileSync(file, 'utf8'), good);
  await window.page
    .locator('.editor-actions')
    .getByRole('button', { name: /Align with Brain Data/ })
    .waitFor();
}

async function completed(test) {
  const folder = simulatedDataset(test, 'unwritten', { manifest: false });
  writeFileSync(join(folder, 'new.dataset.yaml'), 'name: New\nstimuli: { file: sentences.csv, text: }\n');
  const window = await test.window();
  await window.expand('unwritten');
  await window.explorerRow('new.dataset.yaml').dblclick();
  await lines(window).getByText('sentences.csv').waitFor();
  await window.page.locator('.editor-instance .squiggly-error').first().waitFor({ state: 'attached' });
  await window.page.keyboard.press('Control+End');
  await window.page.keyboard.press('ArrowUp');
  await window.page.keyboard.press('End');
  await window.page.keyboard.press('ArrowLeft');
  await window.page.keyboard.press('Control+Space');
  const offered = window.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'sentence' });
  await offered.first().waitFor();
  await test.picture(window, 'columns');
  await window.page.keyboard.press('Escape');
  const key = lines(window).getByText('stimuli').first();
  await key.hover();
  await window.page
    .locator('.monaco-hover:visible')
    .getByText(/which table/)
    .waitFor();
  await test.picture(window, 'hover');
}

async function described(test) {
  const folder = simulatedDataset(test, 'undescribed', { manifest: false });
  const before = results(test.workspace);
  const window = await test.window();
  await chooseInExplorer(window, 'undescribed', 'Describe Dataset…');
  const panel = await drawnPanel(window);
  await test.picture(window, 'description');
  assert.ok(existsSync(join(folder, 'dataset.yaml')));
  assert.equal(await window.tab('dataset.yaml').count(), 1);
  const [made] = results(test.workspace).filter((name) => !before.includes(name));
  const { summary } = JSON.parse(readFileSync(join(test.workspace, '.brainlens', made, 'result.json'), 'utf8'));
  assert.equal(await panel.locator('.lead').innerText(), summary);
  await window.tab('dataset.yaml').click();
  await lines(window).getByText('sentences.csv').first().waitFor();
  await window.page.waitForTimeout(1000);
  await test.picture(window, 'draft');
  assert.equal(await window.page.locator('.editor-instance .squiggly-error').count(), 0);
}

export const manifests = [
  { name: 'a mistyped manifest is underlined, and two quick fixes mend it', run: mended },
  { name: 'a manifest offers columns of its file and explains its keys', run: completed },
  { name: 'Describe Dataset on a folder writes a first manifest and shows what it understood', run: described },
];
