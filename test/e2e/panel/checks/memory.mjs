// What survives a reload.
import assert from 'node:assert/strict';
import { openPanel, ready } from '../browser.mjs';
import { drawn, zoomTo } from './maps.mjs';

export function memory({ browser, bundle, data }) {
  return [
    {
      name: 'zoom, order, open data table, hidden series, provenance and scroll survive a reload',
      run: async () => {
        const { page, context, troubles } = await openPanel(browser, bundle, { data, width: 420 });
        await zoomTo(page, 507);
        await page.locator('[data-figure=top-units] th button', { hasText: /^Unit$/ }).click();
        await page.locator('[data-figure=t-distribution] vscode-button', { hasText: 'Show data table' }).click();
        await page.locator('[data-figure=response-profile] .key', { hasText: /^Selected$/ }).click();
        await page.locator('summary').click();
        await page.evaluate(() => window.scrollTo(0, 900));
        await page.waitForFunction(() => JSON.parse(sessionStorage.getItem('state')).scroll === 900);
        const before = await seen(page);
        await page.reload();
        await ready(page);
        assert.deepEqual(await seen(page), before);
        assert.equal(before.step, 1);
        assert.equal(before.series, 3);
        assert.equal(before.sort, 'descending');
        assert.equal(before.table, 1);
        assert.equal(before.provenance, true);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'another result begins afresh',
      run: async () => {
        const { page, context } = await openPanel(browser, bundle, { data });
        await page.locator('[data-figure=top-units] th button', { hasText: /^Unit$/ }).click();
        await page.evaluate(() => {
          const state = JSON.parse(sessionStorage.getItem('state'));
          sessionStorage.setItem('state', JSON.stringify({ ...state, result: 'of another result' }));
        });
        await page.reload();
        await ready(page);
        assert.equal(await page.locator('[data-figure=top-units] th[aria-sort=none]').count(), 6);
        await context.close();
      },
    },
  ];
}

async function seen(page) {
  const rest = await page.evaluate(() => ({
    scroll: window.scrollY,
    range: document.querySelector('.plot.map')._fullLayout.xaxis.range.map((end) => end.toFixed(6)),
    series: document.querySelector('[data-figure=response-profile] .plot').data.length,
    sort: [...document.querySelectorAll('[data-figure=top-units] th')].find((th) => th.textContent === 'Unit').ariaSort,
    table: document.querySelectorAll('[data-figure=t-distribution] .data table').length,
    provenance: document.querySelector('details').open,
  }));
  return { ...rest, step: (await drawn(page)).step };
}
