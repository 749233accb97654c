// A run under way: curves that grow in place, and a way to stop it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openPanel } from '../browser.mjs';
import { violations } from './looks.mjs';

const STEPS = 5000;

/** What the host sends after so many steps. */
function running(done) {
  const x = Array.from({ length: done / 50 }, (_, i) => 50 * (i + 1));
  const figure = (id, title, y) => ({
    kind: 'chart',
    id: `run-${id}`,
    title,
    summary: `${y(done).toPrecision(4)} after ${done} of ${STEPS} steps.`,
    x: { label: 'Steps', type: 'linear', range: [0, STEPS] },
    y: { label: title, type: 'linear' },
    series: [{ name: 'Training', mark: 'line', role: 'condition-1', x, y: x.map(y) }],
  });
  return {
    title: 'Training SAE',
    status: `Training: ${done} of ${STEPS} steps`,
    figures:
      done === 0
        ? []
        : [
            figure('loss', 'Loss', (step) => 1 / (1 + step / 500)),
            figure('varianceExplained', 'Variance explained', (step) => 1 - 1 / (1 + step / 500)),
          ],
  };
}

export function runs({ browser, bundle, shots }) {
  return ['light', 'dark', 'high-contrast'].map((theme) => ({
    name: `run, ${theme}: curves grow in place, Cancel asks the host once`,
    run: async () => {
      const data = { running: [0, 500, 3000].map(running) };
      const { page, context, troubles, posted } = await openPanel(browser, bundle, { data, theme });
      await page.getByText('Training: 3000 of 5000 steps').waitFor();
      const line = page.locator('[data-figure=run-loss] .scatterlayer .lines');
      await line.waitFor({ state: 'attached' });
      await page.waitForFunction(() => document.querySelector('[data-figure=run-loss] .plot').data[0].x.length === 60);
      assert.equal(await page.locator('section.card').count(), 2);
      assert.match(await page.locator('[data-figure=run-loss] .summary').innerText(), /^0\.1429 after 3000 of 5000/);
      if (shots !== undefined) await page.screenshot({ path: join(shots, `run-${theme}.png`), fullPage: true });
      const cancel = page.getByRole('button', { name: 'Cancel' });
      await cancel.click();
      await cancel.click({ force: true });
      assert.equal((await posted('cancel')).length, 1);
      assert.equal((await posted('drawn')).length, data.running.length);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(troubles, []);
      await context.close();
    },
  }));
}
