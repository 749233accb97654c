// What the buttons give: pictures, tables, messages to the host.
import assert from 'node:assert/strict';
import { openPanel } from '../browser.mjs';

export function actions({ browser, bundle, data }) {
  const open = (options = {}) => openPanel(browser, bundle, { data, ...options });
  const button = (page, scope, label) => page.locator(`${scope} vscode-button`, { hasText: label });
  return [
    {
      name: 'Export PNG gives a picture of 2000 × 1120 pixels on white, whatever the theme',
      run: async () => {
        const { page, context, posted, troubles } = await open({ theme: 'dark' });
        await button(page, '[data-figure=t-map]', 'Export PNG').click();
        await page.waitForFunction(() => window.posted.some(({ type }) => type === 'saveFigure'));
        const [{ name, format, dataUrl }] = await posted('saveFigure');
        assert.deepEqual([name, format], ['t-map', 'png']);
        const png = Buffer.from(dataUrl.split(',')[1], 'base64');
        assert.equal(png.subarray(1, 4).toString(), 'PNG');
        assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [2000, 1120]);
        const corner = await page.evaluate(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          const canvas = document.createElement('canvas').getContext('2d');
          canvas.drawImage(image, 0, 0);
          return [...canvas.getImageData(2, 2, 1, 1).data];
        }, dataUrl);
        assert.deepEqual(corner, [255, 255, 255, 255]);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'Export SVG gives a drawing with title, axis titles and key',
      run: async () => {
        const { page, context, posted } = await open();
        await button(page, '[data-figure=response-profile]', 'Export SVG').click();
        await page.waitForFunction(() => window.posted.some(({ type }) => type === 'saveFigure'));
        const [{ dataUrl }] = await posted('saveFigure');
        const svg = decodeURIComponent(dataUrl.slice(dataUrl.indexOf(',') + 1));
        for (const text of [
          'Response profile on held-out stimuli',
          'Condition',
          'Random, magnitude-matched',
          'nonwords',
        ])
          assert.ok(svg.includes(`>${text}<`), `no “${text}”`);
        await context.close();
      },
    },
    {
      name: 'Export CSV of the map holds every unit at float32 precision, of a chart every bar',
      run: async () => {
        const { page, context, posted } = await open();
        await button(page, '[data-figure=t-map]', 'Export CSV').click();
        await button(page, '[data-figure=selected-per-layer]', 'Export CSV').click();
        const [map, chart] = await posted('saveCsv');
        const lines = map.text.trimEnd().split('\n');
        assert.equal(lines.length, 1 + 30 * 576);
        assert.deepEqual(lines[1 + 21 * 576 + 507].split(',').slice(0, 2), ['21', '507']);
        assert.equal(Math.fround(Number(lines[1 + 21 * 576 + 507].split(',')[2])), Math.fround(27.35458));
        assert.equal(
          chart.text.split('\n')[0],
          'Layer,Selected,Random units,Random units low (range of 10 seeds),Random units high (range of 10 seeds)',
        );
        assert.equal(chart.text.trimEnd().split('\n').length, 31);
        await context.close();
      },
    },
    {
      name: 'the header’s buttons reach the host from the keyboard: report, arrays, snippet, all tables',
      run: async () => {
        const { page, context, posted } = await open();
        for (const label of ['Open HTML report', 'Reveal arrays', 'Copy NumPy snippet', 'Export all CSV']) {
          await button(page, 'header', label).focus();
          await page.keyboard.press('Enter');
        }
        assert.equal((await posted('openReport')).length, 1);
        assert.equal((await posted('revealArrays')).length, 1);
        const [{ text }] = await posted('copy');
        assert.match(text, /^t = np\.load\(folder \/ "t\.npy"\)$/m);
        const [{ files }] = await posted('saveAllCsv');
        assert.deepEqual(
          files.map((file) => file.name),
          data.figures.figures.map((figure) => figure.id),
        );
        await context.close();
      },
    },
    {
      name: 'Tab visits every control, and each shows where the focus is',
      run: async () => {
        const { page, context } = await open({ width: 900 });
        const expected = await page.evaluate(
          () =>
            document.querySelectorAll('vscode-button:not([disabled]), summary, .plot, .key, .scroller, .sort').length,
        );
        const visited = new Set();
        for (let i = 0; i < expected + 20; i++) {
          await page.keyboard.press('Tab');
          const focus = await page.evaluate(() => {
            const outer = document.activeElement;
            const inner = outer.shadowRoot?.activeElement ?? outer;
            const style = getComputedStyle(inner);
            const all = [...document.querySelectorAll('*')];
            return {
              index: all.indexOf(outer),
              tag: outer.tagName,
              shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none',
            };
          });
          if (focus.tag === 'BODY') break;
          visited.add(focus.index);
          assert.ok(focus.shown, `no focus ring on ${focus.tag}`);
        }
        // The closed provenance's own scroller cannot be reached until it is opened.
        assert.equal(visited.size, expected - 1);
        await context.close();
      },
    },
    {
      name: 'a key of the legend switches its series off and on',
      run: async () => {
        const { page, context } = await open();
        const key = page.locator('[data-figure=selected-per-layer] .key', { hasText: 'Random units' });
        const traces = () =>
          page.locator('[data-figure=selected-per-layer] .plot').evaluate((node) => node.data.length);
        assert.equal(await traces(), 3);
        await key.click();
        assert.equal(await key.getAttribute('aria-pressed'), 'false');
        await page.waitForFunction(
          () => document.querySelector('[data-figure=selected-per-layer] .plot').data.length === 1,
        );
        await key.click();
        await page.waitForFunction(
          () => document.querySelector('[data-figure=selected-per-layer] .plot').data.length === 3,
        );
        await context.close();
      },
    },
  ];
}
