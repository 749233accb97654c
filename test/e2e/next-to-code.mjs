// Results where the researcher writes: lenses, sparklines and hovers in code, outputs of notebooks, the results view.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from './lobes.mjs';
import { acceptDefaults, drawnPanel, results } from './localization.mjs';

/** A workspace folder of results named here, made by the command line. */
export function twoResults(test) {
  const make = (name, ...more) => {
    const out = join(test.workspace, '.brainlens', name);
    if (existsSync(out)) return;
    const args = ['localize', '--model', 'tiny-random', '--out', out, '--quiet', ...more];
    execFileSync(process.execPath, [join(test.root, 'dist/cli.js'), ...args], { cwd: test.workspace });
  };
  make('first-localization');
  make('second-localization', '--fraction', '0.05');
}

/** Opens a file of the workspace's top by its row in the Explorer. */
export async function openFile(window, name) {
  await window.explorerRow(name).dblclick();
  await window.tab(name).waitFor();
}

async function inCode(test) {
  twoResults(test);
  const code = [
    'import numpy as np',
    'model = AutoModel.from_pretrained("tiny-random")',
    't = np.load(".brainlens/first-localization/t.npy")',
    'other = load("no/such/model")',
  ].join('\n');
  writeFileSync(join(test.workspace, 'research.py'), `${code}\n`);
  const window = await test.window();
  await window.knowsCommand('Brainlens: Open Result');
  await openFile(window, 'research.py');
  const editor = window.page.locator('.editor-instance .monaco-editor').first();
  const lenses = editor.locator('.codelens-decoration');
  await lenses.getByText('Localize…').waitFor();
  const { summary } = readJson(test.workspace, '.brainlens/first-localization/result.json');
  await lenses.getByText(`Open · ${summary.slice(0, 30)}`).waitFor();
  assert.equal(await lenses.count(), 2);
  // A sparkline is an image behind the line; two lines name something that has a result.
  const images = () =>
    editor
      .locator('.view-line span')
      .evaluateAll(
        (spans) =>
          spans.filter((span) => getComputedStyle(span, '::after').content.includes('data:image/svg+xml')).length,
      );
  for (let i = 0; i < 100 && (await images()) < 2; i++) await window.page.waitForTimeout(100);
  assert.equal(await images(), 2);
  await editor.getByText('first-localization').first().hover();
  const hover = window.page.locator('.monaco-hover:visible');
  await hover.getByText('Copy NumPy Snippet').waitFor();
  const image = hover.locator('img[src^="data:image/svg+xml"]');
  await image.waitFor();
  await window.page.waitForTimeout(300);
  assert.ok((await image.evaluate(({ naturalWidth }) => naturalWidth)) > 300);
  await test.picture(window, 'code');
  await hover.getByText('Open', { exact: true }).click();
  const panel = await drawnPanel(window);
  assert.equal(await panel.locator('.lead').innerText(), summary);
  rmSync(join(test.workspace, 'research.py'));
}

async function inNotebook(test) {
  twoResults(test);
  const figures = readJson(test.workspace, '.brainlens/first-localization/figures.json');
  const output = { output_type: 'display_data', metadata: {}, data: { 'application/vnd.brainlens+json': figures } };
  const cell = { cell_type: 'code', execution_count: 1, metadata: {}, outputs: [output], source: ['display(result)'] };
  const metadata = { language_info: { name: 'python' } };
  const notebook = { cells: [cell], metadata, nbformat: 4, nbformat_minor: 2 };
  writeFileSync(join(test.workspace, 'shown.ipynb'), JSON.stringify(notebook));
  const window = await test.window();
  await window.knowsCommand('Brainlens: Open Result');
  await openFile(window, 'shown.ipynb');
  const inside = window.page.frameLocator('iframe.webview:visible').frameLocator('iframe#active-frame');
  for (const { title } of figures.figures) await inside.locator('h3', { hasText: title }).first().waitFor();
  await inside.locator('.brainlens img').first().waitFor();
  await test.picture(window, 'notebook');
  rmSync(join(test.workspace, 'shown.ipynb'));
}

/** The results view, opened from the activity bar. */
export async function openView(window) {
  await window.knowsCommand('Brainlens: Open Result');
  await window.command('View: Show Brainlens');
  const view = window.page.locator('.sidebar .tree-explorer-viewlet-tree-view');
  await view.first().waitFor();
  return { view, row: (text) => view.locator('.monaco-list-row', { hasText: text }).first() };
}

async function inView(test) {
  twoResults(test);
  const window = await test.window();
  const { row } = await openView(window);
  await row('first-localization').waitFor();
  await row('first-localization').click();
  await row('second-localization').click({ modifiers: ['Control'] });
  await test.picture(window, 'selected');
  await window.chooseEntry(row('second-localization'), 'Compare Results');
  const panel = window.panel();
  await panel.locator('#app[data-ready="true"]').waitFor();
  const shares = ['first-localization', 'second-localization'].map(
    (name) => readJson(test.workspace, '.brainlens', name, 'result.json').result.k,
  );
  const differing = panel.locator('[data-figure="differences"] tbody tr', { hasText: /^k/ }).first();
  assert.deepEqual((await differing.locator('td, th').allInnerTexts()).slice(0, 3), ['k', ...shares.map(String)]);
  await panel.locator('[data-figure="selected-per-layer"] svg').first().waitFor();
  await test.picture(window, 'compared');
  await window.closeEditors();

  // With both selected there is nothing to rename: a click selects one, and opens it.
  await row('second-localization').click();
  await drawnPanel(window);
  await window.chooseEntry(row('second-localization'), 'Rename');
  const pick = await window.quickPick(/Rename/);
  await pick.locator('input').first().fill('renamed-localization');
  await window.page.keyboard.press('Enter');
  await row('renamed-localization').waitFor();
  assert.ok(results(test.workspace).includes('renamed-localization'));
  assert.ok(!results(test.workspace).includes('second-localization'));
  rmSync(join(test.workspace, '.brainlens/renamed-localization'), { recursive: true });
}

async function runsInView(test) {
  const window = await test.window();
  const { row } = await openView(window);
  await window.command('Brainlens: Localize Language Units');
  const pick = await window.quickPick(/Which model/);
  await pick.locator('.monaco-list-row', { hasText: 'slow-random' }).click();
  await acceptDefaults(window);
  const job = row('slow-random');
  await row('Runs').waitFor();
  await job.waitFor();
  await window.page.locator('.statusbar-item', { hasText: 'slow-random' }).waitFor();
  await job.hover();
  await test.picture(window, 'running');
  await job.getByRole('button', { name: 'Cancel' }).or(job.locator('[aria-label="Cancel"]')).first().click();
  await row('Runs').waitFor({ state: 'detached' });
  assert.equal(await window.page.locator('.statusbar-item', { hasText: 'slow-random' }).count(), 0);
}

export const nextToCode = [
  { name: 'next to code: a line that names a model or a result has lenses, a sparkline and a hover', run: inCode },
  { name: 'notebook: an output of figures.json is rendered', run: inNotebook },
  { name: 'results view: two results are compared, one is renamed', run: inView },
  { name: 'results view: a run shows there and in the status bar, and is cancelled from there', run: runsInView },
];
