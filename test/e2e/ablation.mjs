// From a localization to what its units are for: ablation and comparison, as a person does them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawnPanel, results } from './localization.mjs';
import { THEMES } from './panels.mjs';

const MENU = 'Ablate Units…';
const COMPARE = 'Brainlens: Compare Networks';
/** Result folders that the stories start from. */
const LANGUAGE = 'language-units';
const MULTIPLE_DEMAND = 'multiple-demand-units';

/** Localizations of two networks by the command line, 5 % of the units each, once for all tests. */
function localized(test) {
  for (const [folder, network] of [
    [LANGUAGE, 'language'],
    [MULTIPLE_DEMAND, 'multiple-demand'],
  ]) {
    const out = join('.brainlens', folder);
    if (existsSync(join(test.workspace, out))) continue;
    const settings = ['--model', 'tiny-random', '--network', network, '--fraction', '0.05', '--out', out, '--quiet'];
    // From the workspace, as in a terminal of VS Code.
    execFileSync(process.execPath, [join(test.root, 'dist/cli.js'), 'localize', ...settings], {
      cwd: test.workspace,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
}

/** What a run has added to the workspace's results. */
async function madeSince(before, test) {
  const made = results(test.workspace).filter((name) => !before.includes(name));
  assert.equal(made.length, 1, `one new result: ${made.join()}`);
  const folder = join(test.workspace, '.brainlens', made[0]);
  const read = (file) => JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return { folder, name: made[0], file: read('result.json'), figures: read('figures.json').figures };
}

/** Chooses the focused row of a question. */
async function enter(window, question, focused) {
  const pick = await window.quickPick(question);
  await pick.locator('.monaco-list-row.focused', { hasText: focused }).waitFor();
  await window.page.keyboard.press('Enter');
}

async function chooseRow(window, question, label) {
  const pick = await window.quickPick(question);
  await pick.locator('.monaco-list-row', { hasText: label }).click();
}

async function ablateFromMenu(test) {
  localized(test);
  const before = results(test.workspace);
  const window = await test.window();
  await window.askFromMenu(await window.resultRow(LANGUAGE), MENU);
  await window.quickPick(`Ablate Units of ${LANGUAGE}`);
  await test.picture(window, '1-tasks');
  await enter(window, /Which tasks\?/, 'Built-in Tasks');
  await window.quickPick(/How thoroughly\?/);
  await test.picture(window, '2-depth');
  await enter(window, /How thoroughly\?/, 'First Look');
  await window.notification('Silencing units of tiny-random').waitFor();
  const panel = await drawnPanel(window);
  await test.picture(window, '3-result');
  const { name, file, figures } = await madeSince(before, test);
  assert.match(name, /^ablate-\d{8}-\d{6}$/);
  assert.match(file.schema, /^brainlens\/ablation@/);
  assert.equal(file.result.tasks.length, 14);
  await sameHeadings(panel, file, figures);
  await barsAreDeficits(panel, file.result);
  await tablesAreComplete(panel, file.result, figures);
}

/** Every figure stands on the page with its title and its words, drawn and without a problem. */
async function sameHeadings(panel, file, figures) {
  assert.equal(await panel.locator('h1').innerText(), file.name);
  assert.equal(await panel.locator('.lead').innerText(), file.summary);
  const shown = await panel.locator('[data-figure]').evaluateAll((cards) => cards.map((card) => card.dataset.figure));
  assert.deepEqual(shown.toSorted(), figures.map(({ id }) => id).toSorted());
  for (const figure of figures) {
    const card = panel.locator(`[data-figure="${figure.id}"]`);
    assert.equal(await card.locator('h2').innerText(), figure.title);
    assert.ok((await card.innerText()).includes(figure.summary), `${figure.id}: its summary is shown`);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
    if (figure.kind !== 'table') assert.ok((await card.locator('svg.main-svg').count()) > 0, `${figure.id} is drawn`);
  }
}

/** Numbers of a table of the panel, row by row, with cells as they are shown. */
async function shownRows(card) {
  return card
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText)));
}

const shownNumber = (text) => Number(text.replaceAll('−', '-').replaceAll(',', ''));
const close = (a, b) => Math.abs(a - b) <= 1e-3 * Math.max(1e-9, Math.abs(b));

/** The bars' data table holds the deficits of result.json, and every random draw is a point. */
async function barsAreDeficits(panel, { tasks, total, mainFraction, controls, randomSeeds }) {
  const card = panel.locator('[data-figure="deficits"]');
  const accuracies = tasks.filter(({ metric }) => metric === 'accuracy').length;
  const places = accuracies + 1;
  assert.equal(await card.locator('.trace.bars .point path').count(), places * (1 + controls.length));
  assert.equal(await card.locator('.scatterlayer .point').count(), places * controls.length * randomSeeds);
  const effects = await shownRows(panel.locator('[data-figure="effects"]'));
  assert.equal(effects.length, (tasks.length + 1) * controls.length);
  const expected = [{ name: `mean of ${accuracies} tasks`, ...total }, ...tasks];
  for (const [name, , control, deficit, low, high, median, , , , p] of effects) {
    const task = expected.find((one) => one.name === name);
    const selected = task.conditions.find((row) => row.units === 'selected' && row.fraction === mainFraction);
    const effect = task.effect.find((row) => row.control === control && row.fraction === mainFraction);
    for (const [shown, value] of [
      [deficit, selected.deficit],
      [low, selected.interval[0]],
      [high, selected.interval[1]],
      [median, effect.median],
    ])
      assert.ok(
        close(shownNumber(shown), value) || Math.abs(value) < 1e-9,
        `${name}, ${control}: ${shown} is ${value}`,
      );
    assert.equal(shownNumber(p).toPrecision(2), effect.p.toPrecision(2));
  }
}

/** Sentences that flipped, and continuations side by side, as they are in result.json. */
async function tablesAreComplete(panel, { tasks, generations }) {
  const flips = tasks.flatMap(({ name, flips: own }) =>
    own.map(({ row, text }) => [name, String(row), collapsed(text)]),
  );
  const shown = await shownRows(panel.locator('[data-figure="flips"]'));
  assert.ok(flips.length > 0, 'something flips');
  assert.deepEqual(
    shown.map((row) => row.map(collapsed)),
    flips.slice(0, 200),
  );
  const texts = new Set((await shownRows(panel.locator('[data-figure="continuations"]'))).flat().map(collapsed));
  assert.ok(generations.length > 0);
  for (const { text, condition } of generations) assert.ok(texts.has(collapsed(text)), `${condition}: ${text}`);
}

const collapsed = (text) => text.replace(/\s+/g, ' ').trim();

/** Texts of one's own, few enough for a sweep over fractions to take seconds; a loss tells any two masks apart. */
function ownTask(test) {
  const file = join(test.workspace, 'own-texts.txt');
  writeFileSync(file, 'The keys to the cabinet are on the table.\nNobody has ever seen the river so high.\n');
  return file;
}

/** Types a path into VS Code's own file dialog, which writes its folder there once it has listed it. */
async function fillPath(window, dialog, path) {
  await dialog.locator('.monaco-list-row').first().waitFor();
  const input = dialog.locator('input[type="text"]').first();
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    await input.fill(path);
    await window.page.waitForTimeout(1000);
    if ((await input.inputValue()) === path) return;
  }
  throw new Error(`the dialog does not keep ${path}`);
}

async function ablateFromTitleBar(test) {
  localized(test);
  const task = ownTask(test);
  const before = results(test.workspace);
  const window = await test.window();
  await (await window.resultRow(LANGUAGE)).dblclick();
  await drawnPanel(window);
  await titleButton(window).click();
  await chooseRow(window, /Which tasks\?/, 'Browse…');
  const dialog = window.page.locator('.quick-input-widget:visible').filter({ hasText: 'Tasks: minimal pairs' });
  await fillPath(window, dialog, task);
  await window.page.keyboard.press('Enter');
  await chooseRow(window, /How thoroughly\?/, 'Full Sweep');
  await window.panel().locator('[data-figure="dose-response-own-texts"] svg.main-svg').first().waitFor();
  const panel = await drawnPanel(window);
  await test.picture(window, 'result');
  const { file, figures } = await madeSince(before, test);
  await sameHeadings(panel, file, figures);
  await doseFollowsFractions(panel, file.result);
  await inAllThemes(test, window, panel);
}

const titleButton = (window) => window.page.locator('.editor-actions').getByRole('button', { name: /Ablate Units/ });

/** The data behind dose–response: selected units at every fraction, as result.json has them. */
async function doseFollowsFractions(panel, { sweeps, tasks: [task] }) {
  assert.equal(sweeps.length, 4, 'the fractions that hold a unit in a model of 256');
  const card = panel.locator('[data-figure="dose-response-own-texts"]');
  await card.getByRole('button', { name: /^Show data table/ }).click();
  const rows = (await shownRows(card)).filter(([series]) => series === 'selected');
  assert.equal(rows.length, sweeps.length);
  for (const [, percent, deficit] of rows) {
    const selected = task.conditions.find(
      (row) => row.units === 'selected' && close(100 * row.fraction, shownNumber(percent)),
    );
    assert.ok(close(shownNumber(deficit), selected.deficit), `${percent} %: ${deficit}`);
  }
  await card.getByRole('button', { name: /^Hide data table/ }).click();
}

/** The page in every theme, from top to bottom: for a person's eye; plots must take the theme's colours. */
async function inAllThemes(test, window, panel) {
  await window.command('View: Close Primary Side Bar').catch(() => undefined);
  const seen = new Set();
  for (const [kind, theme] of Object.entries(THEMES)) {
    await window.chooseTheme(theme);
    await panel.locator(`body.vscode-${kind}`).waitFor();
    await window.page.waitForTimeout(700);
    const figures = panel.locator('.figures');
    seen.add(
      await figures
        .locator('.xtick text')
        .first()
        .evaluate((text) => getComputedStyle(text).fill),
    );
    await test.picture(window, kind);
  }
  assert.ok(seen.size >= 3, [...seen].join());
}

async function ablateFromPalette(test) {
  localized(test);
  const window = await test.window();
  await window.command('Brainlens: Ablate Units');
  const pick = await window.quickPick(/Which units\?/);
  const rows = await pick.locator('.monaco-list-row').allInnerTexts();
  for (const name of [LANGUAGE, MULTIPLE_DEMAND]) {
    const { summary } = JSON.parse(readFileSync(join(test.workspace, '.brainlens', name, 'result.json'), 'utf8'));
    assert.ok(
      rows.some((row) => row.includes(name) && row.includes(summary)),
      `${name} with its summary: ${rows.join(' | ')}`,
    );
  }
  assert.ok(!rows.some((row) => row.includes('ablate-')), 'only localizations');
  await test.picture(window, 'units');
  await chooseRow(window, /Which units\?/, MULTIPLE_DEMAND);
  await window.quickPick(`Ablate Units of ${MULTIPLE_DEMAND}`);
  await window.page.keyboard.press('Escape');
}

async function compare(test) {
  localized(test);
  const before = results(test.workspace);
  const window = await test.window();
  await window.command(COMPARE);
  const pick = await window.quickPick(/Which networks\?/);
  for (const name of [LANGUAGE, MULTIPLE_DEMAND]) await pick.locator('.monaco-list-row', { hasText: name }).click();
  await test.picture(window, '1-networks');
  await window.page.keyboard.press('Enter');
  const panel = await drawnPanel(window);
  const { file, figures } = await madeSince(before, test);
  assert.match(file.schema, /^brainlens\/comparison@/);
  await sameHeadings(panel, file, figures);
  const [pair] = file.result.pairs;
  const [row] = await shownRows(panel.locator('[data-figure="pairs"]'));
  assert.deepEqual(row.slice(0, 5), [
    pair.a,
    pair.b,
    ...file.result.networks.map(({ k }) => String(k)),
    String(pair.shared),
  ]);
  assert.ok(close(shownNumber(row[5]), pair.dice) || pair.dice === 0);
  assert.ok((await panel.locator('[data-figure="dice-matrix"] image').count()) > 0, 'the matrix is an image');
  await inAllThemes(test, window, panel);
}

/** Starts a study of a minute and waits until some of it is kept. @returns the share that was done when it was first told */
async function underWay(window) {
  await window.askFromMenu(await window.resultRow(LANGUAGE), MENU);
  await enter(window, /Which tasks\?/, 'Built-in Tasks');
  await chooseRow(window, /How thoroughly\?/, 'One Fraction');
  const progress = window.notification('Silencing units of tiny-random');
  const shown = progress.getByText(/\d+ of \d+ tokens × conditions.* left/);
  await shown.waitFor();
  let began;
  for (const end = Date.now() + 60_000; Date.now() < end; await window.page.waitForTimeout(50)) {
    const [, done, total] = /(\d+) of (\d+) tokens/.exec(await shown.innerText()).map(Number);
    began ??= done / total;
    if (done > Math.max(0.15, began + 0.05) * total) return { progress, began };
  }
  throw new Error('the ablation does not go on');
}

async function stop(window, progress) {
  await progress.hover();
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'hidden' });
  await window.page.waitForTimeout(500);
}

async function cancelAndResume(test) {
  localized(test);
  const before = results(test.workspace);
  const window = await test.window();
  const first = await underWay(window);
  await stop(window, first.progress);
  assert.deepEqual(results(test.workspace), before, 'no half-written folder is left');
  const second = await underWay(window);
  await test.picture(window, 'resumed');
  await stop(window, second.progress);
  assert.deepEqual(results(test.workspace), before, 'no half-written folder is left');
  assert.ok(second.began > Math.max(0.05, first.began), `it begins at ${second.began}, at first at ${first.began}`);
}

async function onlyOnLocalizations(test) {
  localized(test);
  const other = join(test.workspace, '../no-localizations');
  const broken = join(other, '.brainlens/pretended');
  mkdirSync(broken, { recursive: true });
  const source = readFileSync(join(test.workspace, '.brainlens', LANGUAGE, 'result.json'), 'utf8');
  writeFileSync(join(broken, 'result.json'), source.replace('brainlens/localization@', 'brainlens/activations@'));
  const window = await test.window(other);
  const menu = await window.contextMenu(await window.resultRow('pretended'));
  assert.ok((await menu.locator('.action-menu-item').count()) > 0);
  assert.equal(await menu.locator('.action-menu-item', { hasText: MENU }).count(), 0);
  await window.page.keyboard.press('Escape');
  await (await window.resultRow('pretended')).dblclick();
  await window.panel().locator('#app').waitFor();
  await window.page
    .locator('.editor-actions')
    .getByRole('button', { name: /Open Report/ })
    .waitFor();
  assert.equal(await titleButton(window).count(), 0);
  await window.page.keyboard.press('F1');
  const input = window.page.locator('.quick-input-widget:visible input').first();
  await input.fill('>Brainlens:');
  await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Localize Language Units' }).waitFor();
  const offered = await window.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
  assert.ok(!offered.some((row) => /Ablate Units|Compare Networks/.test(row)), offered.join(' | '));
}

export const ablation = [
  { name: 'ablation: a right-click on a localization, Enter, Enter: what its units are for', run: ablateFromMenu },
  {
    name: 'ablation: the button of an open localization sweeps fractions over a task of one’s own',
    run: ablateFromTitleBar,
  },
  { name: 'ablation: the palette offers the localizations of the workspace', run: ablateFromPalette },
  { name: 'ablation: two networks compared', run: compare },
  { name: 'ablation: cancelled, it leaves nothing half-written and goes on where it stopped', run: cancelAndResume },
  { name: 'ablation: where there is no localization, nothing offers it', run: onlyOnLocalizations },
];
