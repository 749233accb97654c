// How it looks: every theme and width without clipping, overflow or an accessibility violation.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPanel, setTheme } from '../browser.mjs';
import { root } from '../bundle.mjs';
import { themes } from '../themes.mjs';

const WIDTHS = [420, 900, 1500];

export function looks({ browser, bundle, data, shots }) {
  const combinations = Object.keys(themes).flatMap((theme) => WIDTHS.map((width) => ({ theme, width })));
  return [
    ...combinations.map(({ theme, width }) => ({
      name: `${theme} at ${width} px: five figures, nothing clipped, no violation of policy or accessibility`,
      run: async () => {
        const { page, context, troubles } = await openPanel(browser, bundle, { data, theme, width });
        if (shots !== undefined) await page.screenshot({ path: join(shots, `${theme}-${width}.png`), fullPage: true });
        assert.equal(await page.locator('section.card').count(), 5);
        assert.equal(await page.locator('.plot .main-svg').first().isVisible(), true);
        assert.deepEqual(await page.evaluate(clipped), []);
        assert.deepEqual(await page.evaluate(tooWide), []);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    })),
    {
      name: 'a wide window has two columns and leaves no hole beside a figure',
      run: async () => {
        const { page, context } = await openPanel(browser, bundle, { data, width: 1500 });
        const boxes = await page
          .locator('section.card')
          .evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().toJSON()));
        const rows = Map.groupBy ? Map.groupBy(boxes, (box) => Math.round(box.top)) : group(boxes);
        for (const row of rows.values()) {
          const covered = Math.max(...row.map((box) => box.right)) - Math.min(...row.map((box) => box.left));
          assert.ok(covered > 1380, `a row covers only ${covered} px`);
        }
        assert.equal(rows.size, 3);
        await context.close();
      },
    },
    {
      name: 'a new theme recolours bars, text and map at once and leaves the zoom alone',
      run: async () => {
        const { page, context, troubles } = await openPanel(browser, bundle, { data, theme: 'light' });
        const plot = page.locator('[data-figure=selected-per-layer] .plot');
        await plot.focus();
        await page.keyboard.press('+');
        const before = await plot.evaluate(colours);
        await setTheme(page, 'dark');
        await page.waitForFunction(
          () => document.querySelector('.plot')._fullLayout.paper_bgcolor === 'rgb(31, 31, 31)',
        );
        const after = await plot.evaluate(colours);
        assert.notEqual(after.bar, before.bar);
        assert.notEqual(after.text, before.text);
        assert.deepEqual(after.range, before.range);
        const scale = () => page.locator('.plot.map').evaluate((node) => node.data[0].colorscale[0][1]);
        assert.equal(await scale(), bundle.shared.scaleStops('dark', 'diverging')[0]);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}

function group(boxes) {
  const rows = new Map();
  for (const box of boxes) rows.set(Math.round(box.top), [...(rows.get(Math.round(box.top)) ?? []), box]);
  return rows;
}

function colours(node) {
  const bar = node.querySelector('.bars .point path') ?? node.querySelector('.point path');
  return {
    bar: getComputedStyle(bar).fill,
    text: getComputedStyle(node.querySelector('.xtitle')).fill,
    range: node._fullLayout.xaxis.range.map((end) => end.toFixed(6)),
  };
}

/** Texts of drawings that reach outside their drawing. */
export function clipped() {
  return [...document.querySelectorAll('.plot')].flatMap((plot) => {
    const frame = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('text')].flatMap((text) => {
      const box = text.getBoundingClientRect();
      if (box.width === 0) return [];
      const inside =
        box.left >= frame.left - 1 &&
        box.right <= frame.right + 1 &&
        box.top >= frame.top - 1 &&
        box.bottom <= frame.bottom + 1;
      return inside ? [] : [`${text.textContent} in ${plot.getAttribute('aria-label').slice(0, 30)}`];
    });
  });
}

/** Elements that make the page scroll sideways. */
export function tooWide() {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('#app > *, section.card, .toolbar > *, .summary, dd, h1, h2')]
    .filter((node) => node.getBoundingClientRect().right > width + 1)
    .map((node) => node.textContent.slice(0, 40));
}

/** What axe-core finds serious or critical. */
export async function violations(page) {
  const source = await readFile(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  // evaluate() runs beside the page's own policy; a script element would break it.
  await page.evaluate(source);
  const { violations: found } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}
