// Tables: order, missing values, pages, copies; and the data tables of pictures.
import assert from 'node:assert/strict';
import { openPanel } from '../browser.mjs';

export function tables({ browser, bundle, data }) {
  const open = (options = {}) => openPanel(browser, bundle, { data, ...options });
  const top = data.figures.figures.find(({ id }) => id === 'top-units');
  return [
    {
      name: 'a header sorts its column from the keyboard and says so; missing values stay last as “–”',
      run: async () => {
        const { page, context } = await open();
        const header = page.locator('[data-figure=top-units] th', { hasText: /^p$/ });
        assert.equal(await header.getAttribute('aria-sort'), 'none');
        await header.locator('button').focus();
        const column = (values) => values.filter((value) => value !== null);
        const p = column(top.rows.map((row) => row[4]));
        for (const [direction, expected] of [
          ['descending', Math.max(...p)],
          ['ascending', Math.min(...p)],
        ]) {
          await page.keyboard.press('Enter');
          assert.equal(await header.getAttribute('aria-sort'), direction);
          const cells = await page.locator('[data-figure=top-units] tbody td:nth-child(5)').allTextContents();
          const shown = Number(cells[0].replaceAll('−', '-'));
          assert.ok(Math.abs(shown / expected - 1) < 1e-2, `${shown} ≠ ${expected}`);
          assert.equal(cells.at(-1), '–');
        }
        await context.close();
      },
    },
    {
      name: 'the copy button gives all rows, as sorted, separated by tabs',
      run: async () => {
        const { page, context, posted } = await open();
        await page.locator('[data-figure=top-units] th button', { hasText: /^Rank$/ }).click();
        await page.locator('[data-figure=top-units] vscode-button', { hasText: 'Copy table' }).click();
        const [{ text }] = await posted('copy');
        const lines = text.split('\n').map((line) => line.split('\t'));
        assert.deepEqual(lines[0], ['Rank', 'Layer', 'Unit', 't', 'p', 'q']);
        assert.equal(lines.length, 1 + top.rows.length);
        assert.deepEqual(lines[1], top.rows.at(-1).map(String));
        await context.close();
      },
    },
    {
      name: 'a selection over cells copies as rows and tabs',
      run: async () => {
        const { page, context } = await open();
        const text = await page.evaluate(() => {
          const rows = document.querySelectorAll('[data-figure=top-units] tbody tr');
          document.getSelection().setBaseAndExtent(rows[0].cells[1].firstChild, 0, rows[1].cells[2].firstChild, 1);
          const data = new DataTransfer();
          rows[0].cells[1].dispatchEvent(
            new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
          );
          return data.getData('text/plain');
        });
        const [first, second] = text.split('\n');
        const shown = await page
          .locator('[data-figure=top-units] tbody tr')
          .evaluateAll((rows) => rows.slice(0, 2).map((row) => [...row.cells].map((cell) => cell.textContent)));
        assert.equal(first, shown[0].slice(1).join('\t'));
        assert.equal(second, shown[1].slice(0, 3).join('\t'));
        await context.close();
      },
    },
    {
      name: 'every picture has a data table; the map’s is whole and paged',
      run: async () => {
        const { page, context, troubles } = await open();
        const cards = page.locator('section.card[data-kind=chart], section.card[data-kind=map]');
        for (let i = 0; i < (await cards.count()); i++) {
          const toggle = cards.nth(i).locator('vscode-button', { hasText: 'Show data table' });
          await toggle.click();
          await cards.nth(i).locator('.data table').waitFor();
        }
        const map = page.locator('[data-figure=t-map] .data');
        assert.equal(await map.locator('[role=status]').textContent(), 'Rows 1–200 of 17280');
        await map.locator('vscode-button', { hasText: 'Next rows' }).click();
        assert.equal(await map.locator('[role=status]').textContent(), 'Rows 201–400 of 17280');
        await map.locator('th button', { hasText: /^t / }).click();
        assert.deepEqual(await map.locator('tbody tr').first().locator('td').allTextContents(), [
          '21',
          '507',
          '27.3546',
        ]);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}
