// Study files in the editor: run from a lens, kept up to date, compared with what was before.
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './lobes.mjs';

const STUDY = `models: { tiny: tiny-random }
analyses:
  language: { analysis: localize, model: tiny }
`;

async function fromItsLens(test) {
  const file = join(test.workspace, 'small.study.yaml');
  const folder = join(test.workspace, '.brainlens/small/language');
  rmSync(join(test.workspace, '.brainlens/small'), { recursive: true, force: true });
  writeFileSync(file, STUDY);
  const window = await test.window();
  await window.knowsCommand('Brainlens: Open Result');
  await window.explorerRow('small.study.yaml').dblclick();
  const lens = (text) =>
    window.page.locator('.codelens-decoration a, .codelens-decoration span', { hasText: text }).last();
  await lens(/not made yet/).waitFor();
  await window.page.locator('.codelens-decoration a', { hasText: /Run$/ }).first().click();
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor();
  const first = readJson(folder, 'result.json');
  assert.equal(await panel.locator('.lead').innerText(), first.summary);

  await window.tab('small.study.yaml').click();
  await lens(/up to date/).waitFor();
  await test.picture(window, 'up-to-date');
  writeFileSync(file, STUDY.replace('model: tiny }', 'model: tiny, fraction: 0.05 }'));
  await lens(/out of date: fraction was 0.01, now 0.05/).waitFor();
  await test.picture(window, 'out-of-date');
  await window.page.locator('.codelens-decoration a', { hasText: /Run$/ }).first().click();
  const made = () => readJson(folder, 'result.json').result.k;
  for (let i = 0; i < 600 && made() === first.result.k; i++) await window.page.waitForTimeout(100);
  assert.notEqual(made(), first.result.k);
  await window.tab('small.study.yaml').click();
  await lens(/Compare with Previous/).click();
  await window.tab(/2 results/).waitFor();
  const numbers = window.panel().locator('[data-figure="differences"] tbody tr', { hasText: /^k/ }).first();
  await numbers.waitFor();
  const cells = await numbers.locator('td, th').allInnerTexts();
  assert.deepEqual(cells.slice(0, 3), ['k', String(first.result.k), String(made())]);
  await test.picture(window, 'compared');
  rmSync(file);
  assert.ok(existsSync(join(folder, 'result.json')));
}

export const studies = [
  { name: 'studies: one is run from its lens, runs again when it is out of date', run: fromItsLens },
];
