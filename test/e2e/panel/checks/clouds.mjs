// Clouds: many points by WebGL, coloured, chosen, selected; in every theme, without WebGL, and in a report.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPanel, ready, watch } from '../browser.mjs';
import { cloud, DETAILS, FEATURES, line } from '../cloud-fixture.mjs';
import { themes } from '../themes.mjs';
import { violations } from './looks.mjs';

const CARD = '[data-figure=map]';
/** A point that has contexts, by its place in the figure and by its id. */
const POINT = 40;
const ID = 81;

export function clouds({ browser, bundle, shots }) {
  const data = cloud(bundle.shared);
  const few = cloud(bundle.shared, { features: 300 });
  const lines = { [`${ID} ${DETAILS}`]: line(ID) };
  const open = (options = {}) => openPanel(browser, bundle, { data, lines, width: 1200, height: 1000, ...options });
  const shot = (page, name) =>
    shots === undefined ? undefined : page.screenshot({ path: join(shots, `cloud-${name}.png`), fullPage: true });
  return [
    ...Object.keys(themes).map((theme) => ({
      name: `cloud, ${theme}: ${FEATURES} points by lobe; one chosen; no violation of policy or accessibility`,
      run: async () => {
        const { page, context, troubles } = await open({ theme });
        await shot(page, `${theme}-1-lobes`);
        assert.equal(await shownPoints(page), FEATURES);
        assert.ok((await inkOf(page)) > 0.02, 'WebGL has drawn');
        await askFor(page, ID);
        await page.locator(`${CARD} .details mark`).first().waitFor();
        await choose(page, 'Coloured by', 'Position, 12 lobes');
        assert.equal(await page.locator(`${CARD} .key`).count(), 12);
        await shot(page, `${theme}-2-chosen`);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    })),
    {
      name: 'cloud: in a narrow panel nothing is wider than the page',
      run: async () => {
        const { page, context, troubles } = await open({ data: few, width: 420 });
        await askFor(page, ID);
        await page.locator(`${CARD} .details mark`).first().waitFor();
        await shot(page, 'narrow');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${overflow} px`);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: a layout in space turns into WebGL in three dimensions, and back',
      run: async () => {
        const { page, context, troubles } = await open({ data: few });
        await choose(page, 'Layout', 'PCA, 3-D');
        await page.waitForFunction(() => document.querySelector('.plot.cloud').data?.[0]?.type === 'scatter3d');
        await shot(page, 'space');
        assert.ok((await inkOf(page)) > 0.005, 'WebGL has drawn');
        assert.equal(await page.locator(`${CARD} vscode-dropdown[aria-label=Dragging]`).isVisible(), false);
        await choose(page, 'Layout', 'PCA');
        await page.waitForFunction(() => document.querySelector('.plot.cloud').data?.[0]?.type === 'scattergl');
        await page.waitForTimeout(300);
        await shot(page, 'plane-again');
        assert.ok((await inkOf(page)) > 0.005, 'WebGL has drawn again');
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: the legend hides and shows a lobe',
      run: async () => {
        const { page, context, troubles } = await open({ data: few });
        const key = page.locator(`${CARD} .key`).first();
        assert.match(await key.innerText(), /^lobe 1 \(\d+\)$/);
        const size = Number(/\((\d+)\)/.exec(await key.innerText())[1]);
        await key.click();
        assert.equal(await key.getAttribute('aria-pressed'), 'false');
        await page.waitForFunction(() => document.querySelector('.plot.cloud').data.length === 2);
        assert.equal(await shownPoints(page), 300 - size);
        await key.click();
        await page.waitForFunction(() => document.querySelector('.plot.cloud').data.length === 3);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: hovering names the feature with its tokens as text, a click lists its contexts, Escape closes',
      run: async () => {
        const { page, context, troubles, posted } = await open({ data: few });
        const at = await placeOf(page, POINT);
        await page.mouse.move(at.x, at.y);
        const hover = page.locator('.hoverlayer .hovertext');
        await hover.waitFor();
        const shown = (await hover.allTextContents()).join(' ').replaceAll(' ', ' ');
        assert.ok(shown.includes(`feature ${ID}`) && shown.includes('lobe'), shown);
        await page.mouse.click(at.x, at.y);
        const details = page.locator(`${CARD} .details`);
        await details.locator('mark').first().waitFor();
        assert.deepEqual(await posted('requestLine'), [{ type: 'requestLine', file: DETAILS, index: ID }]);
        assert.deepEqual(await details.locator('mark').allTextContents(), ['main', '⏎']);
        assert.match(await details.locator('.context').first().textContent(), /return <b>0<\/b>/);
        assert.match(await details.locator('.from').first().textContent(), /12\.9 · code\/a\.py/);
        assert.match(await details.innerText(), /firing rate\s+1\.2 %/);
        await shot(page, 'details');
        await page.locator('.plot.cloud').focus();
        await page.keyboard.press('Escape');
        assert.equal(await details.isVisible(), false);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: by keyboard alone: a number and Enter, then Escape; a number that is not there is said',
      run: async () => {
        const { page, context, troubles } = await open({ data: few });
        await askFor(page, ID);
        await page.locator(`${CARD} .details mark`).first().waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.textContent), `feature ${ID}`);
        await page.keyboard.press('Escape');
        assert.equal(await page.locator(`${CARD} .details`).isVisible(), false);
        assert.equal(await page.evaluate(() => document.activeElement.className.includes('plot')), true);
        await askFor(page, 2);
        await page.getByText('No feature 2 is on this map').waitFor();
        await askFor(page, 83);
        await page.getByText(`There are no contexts of feature 83 in ${DETAILS}.`).waitFor();
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: a lasso lists what it holds by lobe; ids are copied, a table is saved',
      run: async () => {
        const { page, context, troubles, posted } = await open({ data: few });
        await choose(page, 'Dragging', 'selects (lasso)');
        await page.locator('.plot.cloud').scrollIntoViewIfNeeded();
        const box = await page.locator('.plot.cloud .nsewdrag').first().boundingBox();
        const corner = (x, y) => [box.x + x * box.width, box.y + y * box.height];
        await page.mouse.move(...corner(0.05, 0.05));
        await page.mouse.down();
        for (const [x, y] of [
          [0.95, 0.05],
          [0.95, 0.95],
          [0.05, 0.95],
          [0.05, 0.1],
        ]) {
          await page.mouse.move(...corner(x, y), { steps: 8 });
        }
        await page.mouse.up();
        const list = page.locator(`${CARD} .selection`);
        await list.waitFor();
        await shot(page, 'lasso');
        const [, some] = /^(\d+) features selected · lobe \d: \d+, /.exec(
          await list.locator('[role=status]').first().innerText(),
        );
        assert.ok(Number(some) > 150 && Number(some) <= 300, some);
        await list.getByRole('button', { name: /^Copy ids/ }).click();
        const [{ text }] = await posted('copy');
        assert.equal(text.split('\n').length, Number(some));
        assert.ok(text.split('\n').every((id) => few.figure.ids.includes(Number(id))));
        await list.getByRole('button', { name: /^Save CSV/ }).click();
        const [csv] = await posted('saveCsv');
        assert.equal(csv.name, 'map-selection');
        assert.equal(csv.text.match(/^\d+,/gm).length, Number(some));
        assert.deepEqual(await violations(page), []);
        await list.getByRole('button', { name: 'Clear selection' }).click();
        await list.waitFor({ state: 'detached' });
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: exports: PNG of all points, SVG thinned, CSV with a row per point; the page remembers its view',
      run: async () => {
        const { page, context, troubles, posted } = await open();
        const press = (name) => page.locator(CARD).getByRole('button', { name }).click();
        await press(/^Export SVG/);
        await page.waitForFunction(() => window.posted.some(({ type }) => type === 'saveFigure'));
        await press(/^Export PNG/);
        await page.waitForFunction(() => window.posted.filter(({ type }) => type === 'saveFigure').length === 2);
        await press(/^Export CSV/);
        const [svg, png] = await posted('saveFigure');
        assert.match(decodeURIComponent(svg.dataUrl), /of 16,384 drawn/);
        assert.ok(svg.dataUrl.length < 1_000_000);
        if (shots !== undefined)
          await writeFile(join(shots, 'cloud-export.png'), Buffer.from(png.dataUrl.split(',')[1], 'base64'));
        if (shots !== undefined)
          await writeFile(
            join(shots, 'cloud-export.svg'),
            decodeURIComponent(svg.dataUrl.split(',').slice(1).join(',')),
          );
        assert.ok(png.dataUrl.length > 100_000);
        const [csv] = await posted('saveCsv');
        assert.equal(csv.text.match(/^\d+,/gm).length, FEATURES);
        await choose(page, 'Coloured by', 'Position, 12 lobes');
        await askFor(page, ID);
        await page.locator(`${CARD} .details mark`).first().waitFor();
        await page.reload();
        await ready(page);
        await page.locator(`${CARD} .details mark`).first().waitFor();
        assert.equal(await page.locator(`${CARD} .key`).count(), 12);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: without WebGL it says so and draws some of the points',
      run: async () => {
        const { page, context, troubles } = await open({ withoutWebGl: true });
        await shot(page, 'without-webgl');
        await page.getByText(/WebGL is not available here: about 2,000 of 16,384 features/).waitFor();
        const points = await page.locator('.plot.cloud .point').count();
        assert.ok(points > 1900 && points <= 2000, String(points));
        assert.equal(await page.locator(`${CARD} vscode-dropdown[aria-label=Layout] vscode-option`).count(), 2);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'cloud: in a report everything but the contexts, and it says so',
      run: async () => {
        const file = join(bundle.folder, 'cloud-report.html');
        const { script, style } = bundle;
        await writeFile(file, bundle.shared.reportHtml({ ...few, arrays: {}, script, style }));
        const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
        const page = await context.newPage();
        const troubles = await watch(page);
        await page.goto(pathToFileURL(file).href);
        await ready(page);
        assert.ok((await inkOf(page)) > 0.01, 'WebGL has drawn');
        await askFor(page, ID);
        await page.getByText(/A report holds no contexts: they are in the result folder \(features\.jsonl\)/).waitFor();
        await shot(page, 'report');
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}

function shownPoints(page) {
  return page.evaluate(() =>
    document
      .querySelector('.plot.cloud')
      .data.filter(({ hoverinfo }) => hoverinfo !== 'skip')
      .reduce((sum, { x }) => sum + x.length, 0),
  );
}

/** Share of a screenshot of the drawing that is strongly coloured. */
async function inkOf(page) {
  const picture = await page.locator('.plot.cloud').screenshot();
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let ink = 0;
    for (let i = 0; i < data.length; i += 4)
      if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) ink++;
    return ink / (data.length / 4);
  }, picture.toString('base64'));
}

/** Where on the page a point of the figure is drawn. */
function placeOf(page, point) {
  return page.evaluate((wanted) => {
    const node = document.querySelector('.plot.cloud');
    const { xaxis, yaxis } = node._fullLayout;
    const trace = node.data.find(({ customdata }) => customdata?.includes(wanted));
    const i = trace.customdata.indexOf(wanted);
    const box = node.getBoundingClientRect();
    return {
      x: box.left + xaxis._offset + xaxis.l2p(trace.x[i]),
      y: box.top + yaxis._offset + yaxis.l2p(trace.y[i]),
    };
  }, point);
}

async function choose(page, label, option) {
  const control = page.locator(`${CARD} vscode-dropdown[aria-label="${label}"]`);
  await control.click();
  await control.locator('vscode-option').getByText(option, { exact: true }).click();
}

async function askFor(page, id) {
  const field = page.locator(`${CARD} vscode-text-field`);
  await field.locator('input').fill(String(id));
  await field.locator('input').press('Enter');
}
