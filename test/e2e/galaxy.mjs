// The shape of a cloud of concepts, as a person asks for it.
import assert from 'node:assert/strict';
import { chooseInExplorer } from './alignment.mjs';
import { made, readJson, readyWindow, tinySae } from './lobes.mjs';
import { results } from './localization.mjs';

async function measureFromMenu(test) {
  tinySae(test);
  const before = results(test.workspace);
  const window = await readyWindow(test);
  await chooseInExplorer(window, 'sae-tiny', 'Measure the Concept Galaxy…');
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor({ timeout: 400_000 });
  await test.picture(window, 'result');
  const folder = made(test, before, 'galaxy');
  const file = readJson(folder, 'result.json');
  assert.equal(await panel.locator('.lead').innerText(), file.summary);
  for (const figure of readJson(folder, 'figures.json').figures) {
    const card = panel.locator(`[data-figure="${figure.id}"]`);
    assert.equal(await card.locator('h2').first().innerText(), figure.title);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
  }
}

export const galaxy = [
  { name: 'galaxy: a right-click on an SAE folder: its spectrum and its cloud', run: measureFromMenu },
];
