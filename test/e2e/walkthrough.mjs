// First steps: the sample workspace is copied and opened, and its walkthrough checks itself off as the steps are taken.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { results } from './localization.mjs';

const STEPS = ['sample', 'localize', 'align', 'lobes', 'download'];
/** A run of seconds takes minutes on a busy machine. */
const PATIENCE = { timeout: 400_000 };

const stepOf = (id) => `[data-step-id="brainlens.brainlens#firstSteps#${id}"]`;
const doneOf = (id) => `[data-done-step-id="brainlens.brainlens#firstSteps#${id}"][aria-checked="true"]`;

async function checksItselfOff(test) {
  const parent = dirname(test.workspace);
  const sample = join(parent, 'brainlens-sample');
  rmSync(sample, { recursive: true, force: true });
  const window = await openedSample(test, parent);
  assert.deepEqual(readdirSync(sample).sort(), [
    'README.md',
    'datasets',
    'example.py',
    'models',
    'saes',
    'sample.study.yaml',
    'stimuli',
    'texts',
  ]);
  const { page } = window;
  await openWalkthrough(window);
  await page.locator(doneOf('sample')).first().waitFor();
  for (const id of ['localize', 'align', 'lobes'])
    assert.equal(await page.locator(doneOf(id)).count(), 0, `${id} is not done before it was run`);

  await begin(window, 'localize');
  await answer(window, /Which model/, 'tiny-random');
  await answer(window, /Which stimuli\?/);
  await answer(window, /How many units\?/);
  await checkedOff(window, 'localize');

  await begin(window, 'align');
  await answer(window, /Which model/, 'tiny-random');
  await answer(window, /Which recordings\?/, 'simulated');
  await answer(window, /How shall they be compared\?|Needs .*B of memory/, 'Leave-One-Out');
  await checkedOff(window, 'align');

  await begin(window, 'lobes');
  await answer(window, /Which SAE|Which sparse autoencoder/, 'tiny-random');
  await answer(window, /Which model/, 'tiny-random');
  await answer(window, /Which documents\?/, 'texts');
  await answer(window, /How many lobes\?/, '3 Lobes');
  await answer(window, /How alike is firing\?|Needs .*B of memory/, 'φ Coefficient');
  await checkedOff(window, 'lobes');

  const kinds = results(sample).map((name) => name.replace(/-\d.*/, ''));
  assert.deepEqual(kinds, ['align', 'lobes', 'localize']);
  assert.equal(await page.locator(doneOf('download')).count(), 0);
  for (const theme of ['Dark Modern', 'Light Modern']) await picturesOf(test, window, theme);
}

/** *Open Sample Workspace…*, answered as a person does, until its folder is the window's. */
async function openedSample(test, parent) {
  const window = await test.window();
  const { page } = window;
  await window.command('Brainlens: Open Sample Workspace');
  const dialog = await window.quickPick(/In which folder should brainlens-sample lie/);
  const input = dialog.locator('input[type="text"]').first();
  // The dialog writes the folder that it opens with into the field, whatever is there by then.
  for (let i = 0; i < 100 && (await input.inputValue()) === ''; i++) await page.waitForTimeout(100);
  await page.waitForTimeout(500);
  await input.fill(`${parent}/`);
  await dialog.locator('.monaco-list-row', { hasText: 'profile' }).first().waitFor();
  await dialog.getByText('Copy Here').click();
  const question = page.locator('.monaco-dialog-box');
  await question.getByText('The sample workspace brainlens-sample is ready.').waitFor();
  await test.picture(window, '1-ready');
  await question.getByRole('button', { name: 'Open in This Window' }).click();
  await window.explorerRow('sample.study.yaml').waitFor();
  await window.knowsCommand('Brainlens: Localize Language Units');
  return window;
}

async function openWalkthrough(window) {
  await window.command('Welcome: Open Walkthrough...');
  await answer(window, /Brainlens: first steps/, 'Brainlens: first steps');
  await window.page.locator('.gettingStartedDetailsContent:visible').first().waitFor();
}

/** Opens a step, and presses its button. */
async function begin(window, id) {
  const step = window.page.locator(`.getting-started-step${stepOf(id)}`);
  await step.click();
  await step.locator('.monaco-button:visible').first().click();
}

/** Chooses a row by its text, or the one that is offered first. */
async function answer(window, question, text) {
  const pick = await window.quickPick(question);
  if (text === undefined) {
    await pick.locator('.monaco-list-row.focused').waitFor();
    return window.page.keyboard.press('Enter');
  }
  const row = pick.locator('.monaco-list-row', { hasText: text }).first();
  await row.waitFor();
  await row.click();
}

/** Waits for the run's panel, and returns to the walkthrough, where the step is checked. */
async function checkedOff(window, id) {
  await window.panel().locator('#app[data-ready="true"]').waitFor(PATIENCE);
  await window.tab(/Walkthrough|Welcome/).click();
  await window.page.locator(doneOf(id)).first().waitFor();
}

/** Every step with its picture, which has loaded. */
async function picturesOf(test, window, theme) {
  await window.chooseTheme(theme);
  for (const id of STEPS) {
    await window.page.locator(`.getting-started-step${stepOf(id)}`).click();
    await window.page.waitForTimeout(700);
    await test.picture(window, `${theme.split(' ')[0].toLowerCase()}-${id}`);
  }
}

export const walkthrough = [
  { name: 'walkthrough: the sample workspace opens, and the steps check themselves off', run: checksItselfOff },
];
