// What every analysis shows, and a comparison: a text and a data table for every figure, all of it by keyboard, in every theme.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPanel, ready } from '../browser.mjs';
import { root } from '../bundle.mjs';
import { clipped, tooWide, violations } from './looks.mjs';

/** Real results, shortened: test/fixtures/views/make.mjs makes them. */
export const VIEWS = JSON.parse(readFileSync(join(root, 'test/fixtures/views/views.json'), 'utf8'));
/** Each view is looked at in another theme: every theme on every card is what looks.mjs does. */
const THEMES = ['light', 'dark', 'high-contrast', 'high-contrast-light'];
/** Only compared with. */
const SECOND = 'brain-other';

export function views({ browser, bundle, shots }) {
  const compared = comparison(bundle.shared);
  const all = [
    ...Object.entries(VIEWS)
      .filter(([name]) => name !== SECOND)
      .map(([name, data]) => ({ name, data, figures: data.figures.figures })),
    { name: 'comparison', data: { comparison: compared }, figures: compared.figures.figures },
  ];
  return [
    ...all.map(({ name, data, figures }, i) => ({
      name: `view of ${name}, ${THEMES[i % 4]}: texts, data tables, nothing clipped, no violation of accessibility`,
      run: async () => {
        const options = { data, theme: THEMES[i % 4], arrays: 'missing', width: 1000, reducedMotion: 'reduce' };
        const { page, context, troubles } = await openPanel(browser, bundle, options);
        await ready(page);
        assert.equal(await page.locator('section.card').count(), figures.length);
        await hasTexts(page, figures);
        assert.deepEqual(await page.evaluate(clipped), []);
        assert.deepEqual(await page.evaluate(tooWide), []);
        if (shots !== undefined) await page.screenshot({ path: join(shots, `view-${name}.png`), fullPage: true });
        await opensTables(page, figures);
        // The toolkit renders a button's new name a moment after its new text.
        await page.waitForFunction(namesSettled);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    })),
    ...['lobes', 'relations', 'brain-tiny'].map((name) => ({
      name: `view of ${name}: the keyboard alone reaches everything that can be used`,
      run: async () => {
        const options = { data: VIEWS[name], arrays: 'missing', width: 1000 };
        const { page, context } = await openPanel(browser, bundle, options);
        const usable = await page.evaluate(markUsable);
        assert.ok(usable.length > 4 * VIEWS[name].figures.figures.length, `${usable.length} things to use`);
        const reached = new Set();
        for (let i = 0; i < 3 * usable.length; i++) {
          await page.keyboard.press('Tab');
          reached.add(await page.evaluate(focused));
        }
        assert.deepEqual(
          usable.filter((_, i) => !reached.has(String(i))),
          [],
        );
        await context.close();
      },
    })),
  ];
}

/** What the editor sends where two results are compared. */
function comparison(shared) {
  const results = ['brain-tiny', SECOND].map((name) => {
    const { result, figures } = VIEWS[name];
    return { name, result, figures: figures.figures };
  });
  const figures = { schema: 'brainlens/figures@1', figures: shared.comparisonFigures(results) };
  return { title: 'Align: 2 results', summary: 'Two results side by side.', figures };
}

/** Title, summary, and a name for whoever does not see the picture. */
async function hasTexts(page, figures) {
  for (const { id, title, summary, kind } of figures) {
    const card = page.locator(`[data-figure="${id}"]`);
    assert.equal(await card.locator('h2').innerText(), title);
    assert.equal(await card.locator('.summary').innerText(), summary);
    assert.ok(summary.trim().length > 0, id);
    assert.equal(await card.getByRole('alert').filter({ hasText: /\S/ }).count(), 0, `${id} is drawn`);
    if (kind === 'table') continue;
    const names = await card
      .locator('[role=img]')
      .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label') ?? node.textContent));
    assert.ok(names.length > 0 && names.every((name) => name.trim() !== ''), `${id}: a picture has a name`);
  }
}

/** Every picture has its numbers, opened by a key. */
async function opensTables(page, figures) {
  for (const { id, kind } of figures) {
    const card = page.locator(`[data-figure="${id}"]`);
    if (kind !== 'table') {
      const toggle = card.locator('vscode-button', { hasText: 'Show data table' });
      await toggle.focus();
      await page.keyboard.press('Enter');
    }
    await card.locator('table tbody tr').first().waitFor();
  }
}

/** Runs in the page: whether buttons carry inside the names that they were given. */
function namesSettled() {
  return [...document.querySelectorAll('vscode-button')].every(
    (node) => node.shadowRoot.querySelector('button').getAttribute('aria-label') === node.getAttribute('aria-label'),
  );
}

/** Runs in the page: numbers what can be used, and tells what it is. */
function markUsable() {
  const selector =
    'vscode-button:not([disabled]), vscode-dropdown, vscode-text-field, .key, th button, summary, .plot[tabindex="0"], .scroller';
  return [...document.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility())
    .map((node, i) => {
      node.dataset.usable = String(i);
      return `${node.tagName} ${node.className} ${(node.getAttribute('aria-label') ?? node.textContent).slice(0, 40)}`;
    });
}

/** Runs in the page: the number of what has the focus. */
function focused() {
  return document.activeElement?.closest('[data-usable]')?.dataset.usable;
}
