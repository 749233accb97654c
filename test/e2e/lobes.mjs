// Sparse autoencoders, as a person uses them: the map of one's features, and the training of another.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseInExplorer } from './alignment.mjs';
import { results } from './localization.mjs';

const MAP = 'Map SAE Lobes…';
const TRAIN = 'Train SAE…';
/** A run of seconds takes minutes on a busy machine. */
const PATIENCE = { timeout: 400_000 };
const WORDS = {
  prose: 'the river runs high and nobody knows why it has risen so early this year while keys lie on a table near',
  code: 'def return import self for in range ( ) [ ] : = + value index print if else None',
};

/** A tiny SAE on layer 1 of tiny-random. */
export function tinySae(test) {
  cpSync(join(test.root, 'test/fixtures/sae-tiny'), join(test.workspace, 'sae-tiny'), { recursive: true });
}

/** Documents of two types in folders, of words drawn from a seed. */
function documents(test, name, each) {
  let state = 5;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  for (const [type, words] of Object.entries(WORDS)) {
    const folder = join(test.workspace, name, type);
    mkdirSync(folder, { recursive: true });
    const list = words.split(' ');
    for (let i = 0; i < each; i++) {
      const text = Array.from({ length: 500 }, () => list[Math.floor(list.length * random() ** 1.3)]).join(' ');
      writeFileSync(join(folder, `${i}.txt`), text);
    }
  }
}

/** A window that knows what Brainlens contributes: on a busy machine that takes a minute. */
export async function readyWindow(test) {
  const window = await test.window();
  await window.knowsCommand('Brainlens: Train SAE');
  return window;
}

async function chooseRow(window, question, text) {
  const pick = await window.quickPick(question);
  const row = pick.locator('.monaco-list-row', { hasText: text }).first();
  await row.waitFor();
  await row.click();
}

export function made(test, before, kind) {
  const found = results(test.workspace).filter((name) => !before.includes(name));
  assert.equal(found.length, 1, found.join());
  assert.match(found[0], new RegExp(`^${kind}-\\d{8}-\\d{6}`));
  return join(test.workspace, '.brainlens', found[0]);
}

export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

async function mapFromMenu(test) {
  tinySae(test);
  documents(test, 'texts', 12);
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'sae-tiny', MAP);
  const models = await window.quickPick(/Which model does it read\? Trained on tiny-random/);
  await test.picture(window, '1-model');
  assert.match(await models.locator('.monaco-list-row').first().innerText(), /tiny-random[\s\S]*width 64 fits/);
  await window.page.keyboard.press('Enter');
  await window.quickPick(/Which documents\?/);
  await test.picture(window, '2-documents');
  await chooseRow(window, /Which documents\?/, 'texts');
  await chooseRow(window, /How many lobes\?/, '3 Lobes');
  await window.quickPick(/Needs .*B of memory.* Pairs of 256 features/);
  await test.picture(window, '3-affinity');
  await window.page.keyboard.press('Enter');
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor(PATIENCE);
  await test.picture(window, '4-result');
  const folder = made(test, before, 'lobes');
  const file = readJson(folder, 'result.json');
  assert.deepEqual([file.spec.lobes, file.spec.affinity], [[3], 'phi']);
  assert.equal(await panel.locator('.lead').innerText(), file.summary);
  const { figures } = readJson(folder, 'figures.json');
  for (const figure of figures) {
    const card = panel.locator(`[data-figure="${figure.id}"]`);
    assert.equal(await card.locator('h2').first().innerText(), figure.title);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
  }
  const cloud = figures.find(({ kind }) => kind === 'cloud');
  await looksAtCloud(test, window, panel.locator(`[data-figure="${cloud.id}"]`), cloud, folder);
}

/** Legend, contexts of a clicked feature, a lasso about all. */
async function looksAtCloud(test, window, card, figure, folder) {
  const [grouping] = figure.groupings;
  assert.equal(await card.locator('.key').count(), grouping.groups.length);
  const plot = card.locator('.plot.cloud');
  await plot.scrollIntoViewIfNeeded();
  await window.page.waitForTimeout(1000);
  const id = figure.ids[await plot.evaluate((node) => node.data[0].customdata[0])];
  const position = await plot.evaluate((node) => {
    const { xaxis, yaxis } = node._fullLayout;
    return { x: xaxis.l2p(node.data[0].x[0]), y: yaxis.l2p(node.data[0].y[0]) };
  });
  const drag = card.locator('.nsewdrag').first();
  await drag.hover({ position });
  await drag.click({ position });
  const details = card.locator('.details');
  await details.locator('dl').waitFor();
  const shown = Number(/feature (\d+)/.exec(await details.locator('h3').innerText())[1]);
  const line = JSON.parse(readFileSync(join(folder, figure.details), 'utf8').split('\n')[shown]);
  assert.equal(await details.locator('mark').count(), line.contexts.length);
  for (const [label, value] of Object.entries(line.facts))
    assert.ok((await details.innerText()).includes(value), `${label}: ${value}`);
  await test.picture(window, '5-contexts');
  // Neighbours may lie on top of it; asked for by its number it is this one.
  const field = card.locator('vscode-text-field input');
  await field.fill(String(id));
  await field.press('Enter');
  await details.getByText(`feature ${id}`, { exact: true }).waitFor();
  await window.page.keyboard.press('Escape');
  await details.waitFor({ state: 'hidden' });
  await card.locator('vscode-dropdown[aria-label="Dragging"]').click();
  await card.locator('vscode-option').getByText('selects (lasso)', { exact: true }).click();
  await plot.scrollIntoViewIfNeeded();
  await window.page.waitForTimeout(1500);
  const box = await drag.boundingBox();
  const corner = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await window.page.mouse.move(...corner(0.01, 0.01));
  await window.page.mouse.down();
  for (const at of [
    [0.99, 0.01],
    [0.99, 0.99],
    [0.01, 0.99],
    [0.01, 0.02],
  ]) {
    await window.page.mouse.move(...corner(...at), { steps: 8 });
  }
  await window.page.mouse.up();
  const status = card.locator('.selection [role=status]').first();
  await status.waitFor();
  await test.picture(window, '6-lasso');
  const [, some] = /^(\d+) features selected/.exec(await status.innerText());
  assert.ok(Number(some) > 0.8 * figure.ids.length, `${some} of ${figure.ids.length}`);
}

async function trainAndCancel(test) {
  // Enough that what is cancelled is still under way, few enough that reading them takes a minute at most.
  documents(test, 'long-training', 40);
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'tiny-random', TRAIN);
  await window.quickPick(/Which of \d+ layers/);
  await test.picture(window, '1-layer');
  await window.page.keyboard.press('Enter');
  await chooseRow(window, /Which documents\?/, 'long-training');
  await chooseRow(window, /How many features\?/, '4,096 Features');
  await chooseRow(window, /Needs .*B of memory/, '2 Million Tokens');
  const panel = window.panel();
  await window.tab('Training SAE').waitFor();
  await panel.getByRole('button', { name: 'Cancel' }).waitFor();
  const curve = panel.locator('[data-figure="run-varianceExplained"] svg.main-svg').first();
  await curve.waitFor(PATIENCE);
  await window.page.waitForTimeout(3000);
  await test.picture(window, '2-curves');
  for (const id of ['loss', 'l0', 'dead'])
    assert.equal((await panel.locator(`[data-figure="run-${id}"] .scatterlayer .lines`).count()) > 0, true, id);
  assert.match(await panel.locator('.lead').innerText(), /Training: \d+ of \d+ steps/);
  await panel.getByRole('button', { name: 'Cancel' }).click();
  const message = window.notification(/The best so far \(variance explained .* at step \d+\) is in/);
  await message.waitFor();
  await test.picture(window, '3-cancelled');
  assert.equal(await window.tab('Training SAE').count(), 0);
  const folder = made(test, before, 'sae-train');
  assert.match(folder, /-checkpoint$/);
  assert.ok((await message.innerText()).includes(folder.split('/').at(-1)));
  assert.equal(readJson(folder, 'cfg.json').d_sae, 4096);
  assert.ok(existsSync(join(folder, 'sae_weights.safetensors')));
}

async function trainToTheEnd(test) {
  documents(test, 'short-training', 6);
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'tiny-random', TRAIN);
  await chooseRow(window, /Which of \d+ layers/, 'Layer 0');
  await chooseRow(window, /Which documents\?/, 'short-training');
  await chooseRow(window, /How many features\?/, '1,024 Features');
  await chooseRow(window, /How many tokens\?|Needs .*B of memory/, '500,000 Tokens');
  await window.panel().locator('#app[data-ready="true"]').waitFor(PATIENCE);
  await test.picture(window, 'result');
  const folder = made(test, before, 'sae-train');
  assert.equal(await window.tab('Training SAE').count(), 0);
  assert.equal(await window.panel().locator('.lead').innerText(), readJson(folder, 'result.json').summary);
  assert.ok(existsSync(join(folder, 'cfg.json')));
  await window.expand('.brainlens');
  await chooseInExplorer(window, folder.split('/').at(-1), MAP);
  await window.quickPick(/Which model does it read\?/);
  await window.page.keyboard.press('Escape');
}

export const lobes = [
  { name: 'sae: a right-click on an SAE folder: the map of its features, their contexts, a lasso', run: mapFromMenu },
  { name: 'sae: training draws curves; cancelled, it names the best checkpoint', run: trainAndCancel },
  { name: 'sae: training ends in a result whose folder can be mapped at once', run: trainToTheEnd },
];
