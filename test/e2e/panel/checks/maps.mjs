// The map: aggregated per pixel, exact on zoom, read by hovering.
import assert from 'node:assert/strict';
import { openPanel } from '../browser.mjs';

const LAYER = 21;
const UNIT = 507;

export function maps({ browser, bundle, data }) {
  const open = (options = {}) => openPanel(browser, bundle, { data, ...options });
  return [
    {
      name: 'a narrow map aggregates neighbours, its hover gives their range with minimum and maximum',
      run: async () => {
        const { page, context } = await open({ width: 420 });
        const { step } = await drawn(page);
        assert.ok(step >= 2, `step ${step}`);
        const [first, last] = columnsAround(step);
        const values = row(data).slice(first, last + 1);
        // Its middle: a cell's edge lies within a pixel of its neighbour.
        const text = await hover(page, (first + last) / 2, LAYER);
        assert.ok(text.includes(`Layer ${LAYER}`), text);
        assert.ok(text.includes(`Unit ${first}–${last}`), text);
        assert.ok(text.includes(`from ${number(Math.min(...values))} to ${number(Math.max(...values))}`), text);
        await context.close();
      },
    },
    {
      name: 'colour of a cell is its extreme by magnitude',
      run: async () => {
        const { page, context } = await open({ width: 420 });
        const { step, z, start } = await drawn(page);
        assert.equal(start, 0);
        z.forEach((cells, layer) =>
          cells.forEach((value, i) => {
            const own = [
              ...data.matrix.data.slice(layer * 576 + i * step, layer * 576 + Math.min(576, (i + 1) * step)),
            ];
            const expected = own.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
            assert.equal(value, expected, `layer ${layer}, cell ${i}`);
          }),
        );
        await context.close();
      },
    },
    {
      name: 'zooming in shows single units, and the hover gives the exact value',
      run: async () => {
        const { page, context } = await open({ width: 420 });
        await zoomTo(page, UNIT);
        assert.equal((await drawn(page)).step, 1);
        const text = await hover(page, UNIT, LAYER);
        assert.ok(text.includes(`Unit ${UNIT}`) && text.includes('= 27.35458'), text);
        await context.close();
      },
    },
    {
      name: 'dragging zooms, a double click and the button show all again',
      run: async () => {
        const { page, context } = await open({ width: 900 });
        const reset = page.locator('[data-figure=t-map] vscode-button', { hasText: 'Reset zoom' });
        const whole = await xRange(page);
        for (const back of ['double click', 'button']) {
          const box = await plotArea(page);
          await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
          await page.mouse.down();
          await page.mouse.move(box.x + box.width * 0.6, box.y + 160, { steps: 6 });
          await page.mouse.up();
          await page.waitForFunction(
            (end) => document.querySelector('.plot.map')._fullLayout.xaxis.range[1] < end - 50,
            whole[1],
          );
          if (back === 'button') await reset.click();
          else await page.mouse.dblclick(box.x + box.width / 2, box.y + 100);
          await page.waitForFunction(
            (end) => document.querySelector('.plot.map')._fullLayout.xaxis.range[1] === end,
            whole[1],
          );
        }
        assert.deepEqual(await xRange(page), whole);
        await context.close();
      },
    },
    {
      name: 'a wider window aggregates less',
      run: async () => {
        const { page, context } = await open({ width: 420 });
        const narrow = (await drawn(page)).step;
        await page.setViewportSize({ width: 1500, height: 900 });
        await page.waitForFunction((step) => (document.querySelector('.plot.map').data[0].dx ?? step) < step, narrow);
        assert.equal((await drawn(page)).step, 1);
        await context.close();
      },
    },
    {
      name: 'without its array the map stays at the figure’s resolution and says so',
      run: async () => {
        const { page, context, troubles } = await open({ arrays: 'missing' });
        assert.equal((await drawn(page)).step, 4);
        assert.match(
          await page.locator('[data-figure=t-map] .note').textContent(),
          /Every cell stands for 4 neighbours.*t\.npy/,
        );
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}

function row({ matrix }) {
  return [...matrix.data.slice(LAYER * matrix.columns, (LAYER + 1) * matrix.columns)];
}

function columnsAround(step) {
  const first = UNIT - (UNIT % step);
  return [first, first + step - 1];
}

/** As the hover writes numbers: seven significant digits, a true minus sign. */
function number(value) {
  return String(Number(value.toPrecision(7))).replace('-', '−');
}

export function drawn(page) {
  return page.locator('.plot.map').evaluate((node) => {
    const { dx, x0, z } = node.data[0];
    return { step: dx, start: x0 - (dx - 1) / 2, z: z.map((cells) => [...cells]) };
  });
}

function xRange(page) {
  return page.locator('.plot.map').evaluate((node) => [...node._fullLayout.xaxis.range]);
}

async function plotArea(page) {
  const plot = page.locator('.plot.map');
  await plot.scrollIntoViewIfNeeded();
  return plot.evaluate((node) => {
    const { l, t, w, h } = node._fullLayout._size;
    const box = node.getBoundingClientRect();
    return { x: box.left + l, y: box.top + t, width: w, height: h };
  });
}

/** Keys until one unit is wider than a pixel, moving so that the unit stays in view. */
export async function zoomTo(page, unit) {
  await page.locator('.plot.map').focus();
  for (let i = 0; i < 8; i++) {
    const [low, high] = await xRange(page);
    const middle = (low + high) / 2;
    if (Math.abs(unit - middle) > (high - low) * 0.2) await press(page, unit > middle ? 'ArrowRight' : 'ArrowLeft');
    else await press(page, '+');
  }
}

async function press(page, key) {
  const before = await xRange(page);
  await page.keyboard.press(key);
  await page.waitForFunction(
    (old) => document.querySelector('.plot.map')._fullLayout.xaxis.range[0] !== old,
    before[0],
  );
}

async function hover(page, unit, layer) {
  const area = await plotArea(page);
  const at = await page
    .locator('.plot.map')
    .evaluate(
      (node, [x, y]) => ({ x: node._fullLayout.xaxis.l2p(x), y: node._fullLayout.yaxis.l2p(y) }),
      [unit, layer],
    );
  // Mouse events come in whole pixels, cut off.
  await page.mouse.move(Math.round(area.x + at.x), Math.round(area.y + at.y));
  const label = page.locator('.plot.map .hoverlayer .hovertext text');
  await label.first().waitFor();
  return label
    .first()
    .evaluate(
      (node) => [...node.querySelectorAll('tspan')].map((line) => line.textContent).join(' | ') || node.textContent,
    );
}
