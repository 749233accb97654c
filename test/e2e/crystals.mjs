// Relations between words as parallelograms, as a person asks for them and looks at them.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chooseInExplorer } from './alignment.mjs';
import { made, readJson, readyWindow, tinySae } from './lobes.mjs';
import { results } from './localization.mjs';

const MENU = 'Find Concept Crystals…';
const RELATIONS = ['country-capital', 'present-past', 'singular-plural', 'male-female'];
const PATIENCE = { timeout: 400_000 };

async function findInWords(test) {
  mkdirSync(join(test.workspace, 'word-pairs'), { recursive: true });
  for (const name of RELATIONS) {
    const file = `${name}.json`;
    cpSync(join(test.root, 'samples/relations', file), join(test.workspace, 'word-pairs', file));
  }
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'tiny-random', MENU);
  const relations = await window.quickPick(/Which relations between words\?/);
  const row = relations.locator('.monaco-list-row', { hasText: '4 relation files' });
  await row.waitFor();
  await test.picture(window, '1-relations');
  assert.match(await relations.locator('.monaco-list-row').first().innerText(), /Built-in Relations/);
  await row.click();
  await window.quickPick(/At which layers\?.* Needs .*B of memory/);
  await test.picture(window, '2-layers');
  await window.page.keyboard.press('Enter');
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor(PATIENCE);
  await test.picture(window, '3-result');
  const folder = made(test, before, 'crystals');
  const file = readJson(folder, 'result.json');
  assert.deepEqual(file.spec.layers, [-1, 0]);
  assert.equal(await panel.locator('.lead').innerText(), file.summary);
  const { figures } = readJson(folder, 'figures.json');
  await showsAll(panel, figures);
  const figure = figures.find(({ kind }) => kind === 'parallelogram');
  assert.deepEqual(figure.relations.map(({ name }) => name).sort(), [...RELATIONS].sort());
  await looksAtPairs(test, window, panel.locator(`[data-figure="${figure.id}"]`), figure);
}

/** Another relation, another pair: the words follow. */
async function looksAtPairs(test, window, card, figure) {
  const choose = async (label, option) => {
    const control = card.locator(`vscode-dropdown[aria-label="${label}"]`);
    await control.click();
    await control.locator('vscode-option').getByText(option, { exact: true }).click();
  };
  const set = figure.relations.find(({ name }) => name === 'male-female');
  await choose('Relation', set.name);
  await choose(
    'Second pair',
    await card.locator('vscode-dropdown[aria-label="Second pair"] vscode-option').last().innerText(),
  );
  const ends = [set.pairs.at(-2), set.pairs.at(-1)].map((word) => set.words[word]);
  for (const plane of await card.locator('.plane').all()) {
    const words = await plane.locator('.word').allTextContents();
    assert.deepEqual(words.slice(-2), ends);
  }
  assert.match(await card.locator('.note').innerText(), /held out|fitted on|left out/);
  await test.picture(window, '4-parallelogram');
}

async function findInDecoder(test) {
  tinySae(test);
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'sae-tiny', MENU);
  const counts = await window.quickPick(/Between how many features\?/);
  await counts.locator('.monaco-list-row', { hasText: '60 Features' }).click();
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor(PATIENCE);
  await test.picture(window, 'result');
  const folder = made(test, before, 'crystals');
  assert.equal(readJson(folder, 'result.json').result.differences, 1770);
  await showsAll(panel, readJson(folder, 'figures.json').figures);
}

async function showsAll(panel, figures) {
  for (const figure of figures) {
    const card = panel.locator(`[data-figure="${figure.id}"]`);
    assert.equal(await card.locator('h2').first().innerText(), figure.title);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
  }
}

export const crystals = [
  { name: 'crystals: a right-click on a model: relations of a folder, layers, two pairs drawn', run: findInWords },
  { name: 'crystals: a right-click on an SAE folder: the search in its decoder', run: findInDecoder },
];
