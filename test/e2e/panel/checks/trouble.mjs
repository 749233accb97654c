// What is shown while there is nothing to show, or something that cannot be shown.
import assert from 'node:assert/strict';
import { openPanel } from '../browser.mjs';
import { violations } from './looks.mjs';

export function trouble({ browser, bundle, data }) {
  return [
    {
      name: 'before the result comes the panel says that it is loading',
      run: async () => {
        const { page, context, posted } = await openPanel(browser, bundle, {});
        assert.equal(await page.locator('[role=status]').textContent(), 'Loading result…');
        assert.equal((await posted('ready')).length, 1);
        await context.close();
      },
    },
    {
      name: 'with reduced motion nothing turns while loading',
      run: async () => {
        const { page, context } = await openPanel(browser, bundle, { reducedMotion: 'reduce' });
        assert.equal(await page.locator('vscode-progress-ring').count(), 0);
        assert.equal(await page.locator('[role=status]').textContent(), 'Loading result…');
        await context.close();
      },
    },
    {
      name: 'an error of the host is read out in the panel',
      run: async () => {
        const error = 'result.json is not JSON: it ends after 12 characters. Run the analysis again.';
        const { page, context, troubles } = await openPanel(browser, bundle, { data: { error } });
        const alert = page.locator('[role=alert]');
        await alert.waitFor();
        assert.ok((await alert.textContent()).includes(error));
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'a kind of figure from a newer version is named; the others still show',
      run: async () => {
        const newer = { kind: 'globe', id: 'new', title: 'A new figure', summary: 'x' };
        const figures = { ...data.figures, figures: [newer, ...data.figures.figures] };
        const { page, context, troubles } = await openPanel(browser, bundle, { data: { ...data, figures } });
        assert.match(
          await page.locator('section.card').first().textContent(),
          /A new figure.*“globe”.*Update the extension/,
        );
        assert.equal(await page.locator('.plot .main-svg').first().isVisible(), true);
        await page.locator('header vscode-button', { hasText: 'Export all CSV' }).click();
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'names with markup are text',
      run: async () => {
        const evil = '<img src=x onerror=alert(1)>';
        const [first, ...rest] = data.figures.figures;
        const series = [{ ...first.series[0], name: evil }, ...first.series.slice(1)];
        const figures = {
          ...data.figures,
          figures: [{ ...first, title: evil, summary: evil, series, x: { ...first.x, label: evil } }, ...rest],
        };
        const { page, context, troubles } = await openPanel(browser, bundle, {
          data: { ...data, figures, result: { ...data.result, name: evil, summary: evil } },
        });
        assert.equal(await page.locator('h1').textContent(), evil);
        assert.equal(await page.locator('img[src=x]').count(), 0);
        assert.ok((await page.locator('.plot').first().locator('.xtitle').textContent()).includes('onerror'));
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}
