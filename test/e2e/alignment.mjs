// Brain alignment, as a person does it: from a model, and from a dataset.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawnPanel, results } from './localization.mjs';

const MENU = 'Align with Brain Data…';

/** The shipped dataset as a dataset of the workspace. */
export function simulatedDataset(test, folder, { manifest }) {
  const from = join(test.root, 'samples/datasets/simulated');
  const to = join(test.workspace, folder);
  mkdirSync(to, { recursive: true });
  for (const name of ['sentences.csv', 'responses.csv', 'units.csv', ...(manifest ? ['dataset.yaml'] : [])])
    copyFileSync(join(from, name), join(to, name));
  return to;
}

/** Right-click on a row of the Explorer until its menu has an entry, and choose it. */
export async function chooseInExplorer(window, name, entry) {
  for (const end = Date.now() + 60_000; ;) {
    const menu = await window.contextMenu(window.explorerRow(name));
    const item = menu.locator('.action-menu-item', { hasText: entry });
    if (await item.isVisible()) return item.click();
    if (Date.now() > end) throw new Error(`the context menu of ${name} has no "${entry}"`);
    await window.page.keyboard.press('Escape');
    await window.page.waitForTimeout(250);
  }
}

async function chooseRow(window, pick, text) {
  const row = pick.locator('.monaco-list-row', { hasText: text }).first();
  await row.waitFor();
  await row.click();
}

/** The new result of a kind, read back. */
function madeSince(test, before, kind) {
  const [made, ...others] = results(test.workspace).filter((name) => !before.includes(name));
  assert.deepEqual(others, []);
  assert.match(made, new RegExp(`^${kind}-\\d{8}-\\d{6}$`));
  const read = (name) => JSON.parse(readFileSync(join(test.workspace, '.brainlens', made, name), 'utf8'));
  return { file: read('result.json'), figures: read('figures.json').figures };
}

/** Every figure of the file is in the panel, drawn, with its title and summary. */
async function showsAll(panel, { file, figures }) {
  assert.equal(await panel.locator('.lead').innerText(), file.summary);
  assert.ok(figures.length > 0);
  for (const figure of figures) {
    const card = panel.locator(`[data-figure="${figure.id}"]`);
    assert.equal(await card.locator('h2').innerText(), figure.title);
    assert.ok((await card.innerText()).includes(figure.summary), `${figure.id}: its summary is shown`);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
  }
}

async function fromModel(test) {
  const before = results(test.workspace);
  const window = await test.window();
  await chooseInExplorer(window, 'tiny-random', MENU);
  const datasets = await window.quickPick(/Which recordings\?/);
  await test.picture(window, '1-datasets');
  await chooseRow(window, datasets, 'Simulated Sample');
  const methods = await window.quickPick(/Needs .*B of memory/);
  await test.picture(window, '2-methods');
  await chooseRow(window, methods, 'Leave-One-Out');
  const panel = await drawnPanel(window);
  await test.picture(window, '3-result');
  const made = madeSince(test, before, 'align');
  assert.equal(made.file.spec.alpha, 'loo');
  assert.ok(made.file.result.best.score > 0.2, 'the planted layers are found');
  await showsAll(panel, made);
  for (const id of ['layers', 'unit-map', 'unit-space'])
    assert.ok(
      made.figures.some((figure) => figure.id === id),
      id,
    );
  await panel.locator('[data-figure="unit-space"] canvas').first().waitFor();
  assert.ok((await panel.getByText(/simulated/i).count()) > 0, 'the panel says that no brain was recorded');
}

async function fromDataset(test) {
  simulatedDataset(test, 'recordings', { manifest: true });
  const before = results(test.workspace);
  const window = await test.window();
  await window.expand('recordings');
  await chooseInExplorer(window, 'dataset.yaml', MENU);
  const models = await window.quickPick(/Which model\?/);
  await test.picture(window, 'models');
  await chooseRow(window, models, 'tiny-random');
  const methods = await window.quickPick(/How shall they be compared\?/);
  await chooseRow(window, methods, 'RSA');
  const panel = await drawnPanel(window);
  const made = madeSince(test, before, 'align');
  assert.equal(made.file.spec.metric, 'rsa');
  await showsAll(panel, made);
}

async function clearCache(test) {
  const cache = join(test.profile, 'data/User/globalStorage/brainlens.brainlens/activations');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'layers.npy'), Buffer.alloc(2_000_000));
  const window = await test.window();
  await window.command('Brainlens: Clear Cache');
  const dialog = window.page.locator('.monaco-dialog-box');
  await dialog.getByText(/Cached activations take [\d.]+ [kMG]?B/).waitFor();
  await test.picture(window, 'question');
  await dialog.getByRole('button', { name: 'Clear Cache' }).click();
  await window.notification(/Cleared [\d.]+ [kMG]?B of cached activations/).waitFor();
  assert.deepEqual(readdirSync(cache), []);
  await window.clearNotifications();
  await window.command('Brainlens: Clear Cache');
  await window.notification(/cache of activations is empty/).waitFor();
}

export const alignment = [
  { name: 'a right-click on a model, the simulated sample: its brain scores', run: fromModel },
  { name: 'a right-click on a dataset, a model: the similarity of geometries', run: fromDataset },
  { name: 'Clear Cache says how much there is, asks, and removes it', run: clearCache },
];
