// Parallelograms of words: two drawings, four dropdowns; in every theme and width, by keyboard, in exports and in a report.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPanel, ready, setTheme, watch } from '../browser.mjs';
import { localization } from '../fixture.mjs';
import { themes } from '../themes.mjs';
import { violations } from './looks.mjs';

const CARD = '[data-figure=parallelograms]';
const RELATIONS = {
  'country-capital': [
    ['Germany', 'Berlin'],
    ['Papua New Guinea', 'Port Moresby'],
    ['Bosnia and Herzegovina', 'Sarajevo'],
    ['日本', '東京'],
  ],
  'male & <female>': [
    ['king', 'queen'],
    ['a<b>', 'c&d'],
    ['uncle', 'aunt'],
  ],
};
const USES = ['training', 'held-out', 'held-out', 'left-out'];

export function parallelograms({ browser, bundle, shots }) {
  const data = fixture(bundle.shared);
  const open = (options = {}) => openPanel(browser, bundle, { data, width: 1200, height: 1000, ...options });
  const shot = (page, name) =>
    shots === undefined ? undefined : page.locator(CARD).screenshot({ path: join(shots, `parallelogram-${name}.png`) });
  return [
    ...Object.keys(themes).map((theme) => ({
      name: `parallelogram, ${theme}: four words on each side, none clipped; no violation of policy or accessibility`,
      run: async () => {
        const { page, context, troubles } = await open({ theme });
        await shot(page, theme);
        const words = ['Papua New Guinea', 'Port Moresby', 'Bosnia and Herzegovina', 'Sarajevo'];
        assert.deepEqual(await wordsOf(page), [words, words]);
        assert.deepEqual(await page.evaluate(clippedTexts), []);
        assert.deepEqual(await violations(page), []);
        await choose(page, 'First pair', '日本 → 東京 (left out)');
        assert.deepEqual(await page.evaluate(clippedTexts), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    })),
    {
      name: 'parallelogram: side by side where there is room, one above the other where there is none',
      run: async () => {
        const wide = await open();
        const [left, right] = await boxes(wide.page);
        assert.ok(left.y === right.y && right.x >= left.x + left.width);
        await wide.page.setViewportSize({ width: 1000, height: 1000 });
        await wide.page.waitForFunction(fits);
        await wide.context.close();
        const { page, context, troubles } = await open({ width: 420 });
        await shot(page, 'narrow');
        const [above, below] = await boxes(page);
        assert.ok(above.x === below.x && below.y >= above.y + above.height);
        assert.deepEqual(await page.evaluate(clippedTexts), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(overflow <= 0, `${overflow} px`);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'parallelogram: dropdowns change words, qualities and what is said of training; the page remembers them',
      run: async () => {
        const { page, context, troubles } = await open();
        const status = page.locator(`${CARD} .note[role=status]`);
        assert.match(await status.innerText(), /^Both pairs were held out/);
        const before = await qualities(page);
        assert.match(
          before[0],
          /^Parallelogram quality −?[\d.]+, cosine −?[\d.]+\. The plane holds \d+ % of the spread/,
        );
        await choose(page, 'Layer', 'Embedding');
        assert.notDeepEqual(await qualities(page), before);
        await choose(page, 'First pair', 'Germany → Berlin (training pair)');
        assert.equal((await wordsOf(page))[0][0], 'Germany');
        assert.match(
          await status.innerText(),
          /^Germany → Berlin was a training pair; Bosnia and Herzegovina → Sarajevo was/,
        );
        await choose(page, 'Second pair', 'Germany → Berlin (training pair)');
        assert.equal(await chosen(page, 'First pair'), 'Bosnia and Herzegovina → Sarajevo (held out)');
        assert.deepEqual((await wordsOf(page))[1].slice(0, 3), ['Bosnia and Herzegovina', 'Sarajevo', 'Germany']);
        await choose(page, 'Relation', 'male & <female>');
        assert.deepEqual((await wordsOf(page))[0], ['a<b>', 'c&d', 'uncle', 'aunt']);
        await shot(page, 'chosen');
        await page.reload();
        await ready(page);
        assert.equal(await chosen(page, 'Relation'), 'male & <female>');
        assert.equal(await chosen(page, 'Layer'), 'Embedding');
        assert.deepEqual((await wordsOf(page))[0], ['a<b>', 'c&d', 'uncle', 'aunt']);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'parallelogram: by keyboard alone; another theme recolours it',
      run: async () => {
        const { page, context, troubles } = await open();
        const relation = page.locator(`${CARD} vscode-dropdown[aria-label=Relation]`);
        await relation.focus();
        await page.keyboard.press('ArrowDown');
        await page.waitForFunction((card) => document.querySelector(`${card} .word`).textContent === 'a<b>', CARD);
        const colour = () => page.locator(`${CARD} .arrow`).first().getAttribute('stroke');
        const light = await colour();
        await setTheme(page, 'dark');
        await page.waitForFunction(
          ([card, old]) => document.querySelector(`${card} .arrow`).getAttribute('stroke') !== old,
          [CARD, light],
        );
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'parallelogram: exports of what is shown, and a table of all of them',
      run: async () => {
        const { page, context, troubles, posted } = await open();
        const press = (name) => page.locator(CARD).getByRole('button', { name }).click();
        await choose(page, 'Relation', 'male & <female>');
        await press(/^Export SVG/);
        await press(/^Export PNG/);
        await page.waitForFunction(() => window.posted.filter(({ type }) => type === 'saveFigure').length === 2);
        const saved = await posted('saveFigure');
        const svg = saved.find(({ format }) => format === 'svg').dataUrl;
        const png = saved.find(({ format }) => format === 'png').dataUrl;
        assert.match(decodeURIComponent(svg), /male &amp; &lt;female&gt;, Layer 0/);
        assert.match(png, /^data:image\/png;base64,/);
        assert.ok(png.length > 40_000, String(png.length));
        if (shots !== undefined)
          await writeFile(join(shots, 'parallelogram-export.png'), Buffer.from(png.split(',')[1], 'base64'));
        await press(/^Show data table/);
        // Two layers of six and of three couples of pairs.
        assert.equal(await page.locator(`${CARD} tbody tr`).count(), 18);
        await press(/^Export CSV/);
        const [csv] = await posted('saveCsv');
        assert.match(csv.text, /^Relation,Layer,First pair,Second pair,Held out,"Quality, before/);
        assert.equal(csv.text.trim().split('\n').length, 19);
        assert.equal(
          await page
            .locator(CARD)
            .getByRole('button', { name: /^Reset zoom/ })
            .count(),
          0,
        );
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'parallelogram: a report can be asked too, and shows the first without script',
      run: async () => {
        const file = join(bundle.folder, 'parallelogram-report.html');
        const { script, style } = bundle;
        await writeFile(file, bundle.shared.reportHtml({ ...data, arrays: {}, script, style }));
        const context = await browser.newContext({ viewport: { width: 1200, height: 1000 } });
        const page = await context.newPage();
        const troubles = await watch(page);
        await page.goto(pathToFileURL(file).href);
        await ready(page);
        await choose(page, 'Relation', 'male & <female>');
        assert.deepEqual((await wordsOf(page))[0], ['a<b>', 'c&d', 'uncle', 'aunt']);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
        const still = await browser.newContext({ javaScriptEnabled: false });
        const plain = await still.newPage();
        await plain.goto(pathToFileURL(file).href);
        const text = await plain.locator('noscript').innerText();
        assert.ok(text.includes('Papua New Guinea') && text.includes('Parallelogram quality'), text.slice(0, 500));
        await still.close();
      },
    },
  ];
}

/** Words in space: the values come from a seed. */
function fixture(shared) {
  const base = localization(shared);
  let state = 3;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const relations = Object.entries(RELATIONS).map(([name, pairs]) => {
    const words = pairs.flat();
    const squaresOf = (width) => {
      const points = words.map(() => Array.from({ length: width }, () => 40 * random()));
      return words.flatMap((_, i) =>
        points.slice(0, i).map((other) => other.reduce((sum, value, k) => sum + (value - points[i][k]) ** 2, 0)),
      );
    };
    const squares = [0, 1].map(() => [squaresOf(64), squaresOf(3)]);
    return { name, words, pairs: [...words.keys()], uses: USES.slice(0, pairs.length), squares };
  });
  const figure = {
    kind: 'parallelogram',
    id: 'parallelograms',
    title: 'Parallelograms of words',
    summary: 'Two pairs of a relation in the plane in which their words spread most.',
    method: 'discriminant analysis',
    spaces: ['Before discriminant analysis', 'After discriminant analysis'],
    layers: ['Embedding', 'Layer 0'],
    relations,
  };
  const figures = { schema: 'brainlens/figures@1', figures: [figure, ...base.figures.figures.slice(0, 1)] };
  return { ...base, figures };
}

/** Words of every drawing, in the order in which they are drawn: a, b, a′, b′. */
function wordsOf(page) {
  return page
    .locator(`${CARD} .plane`)
    .evaluateAll((planes) =>
      planes.map((plane) => [...plane.querySelectorAll('.word')].map(({ textContent }) => textContent)),
    );
}

function qualities(page) {
  return page.locator(`${CARD} .spaces > section > p`).allInnerTexts();
}

function boxes(page) {
  return page
    .locator(`${CARD} .plane svg`)
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
}

async function choose(page, label, option) {
  const control = page.locator(`${CARD} vscode-dropdown[aria-label="${label}"]`);
  await control.click();
  await control.locator('vscode-option').getByText(option, { exact: true }).click();
}

function chosen(page, label) {
  return page
    .locator(`${CARD} vscode-dropdown[aria-label="${label}"]`)
    .evaluate((control) => control.options[control.selectedIndex].textContent);
}

/** Runs in the page: drawings are as large as the room that they have. */
function fits() {
  return [...document.querySelectorAll('.plane')].every(
    (plane) => Math.abs(plane.firstElementChild.getBoundingClientRect().width - plane.clientWidth) < 1,
  );
}

/** Runs in the page: texts that leave their drawing. */
function clippedTexts() {
  return [...document.querySelectorAll('.plane svg')].flatMap((svg) => {
    const outer = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .filter((text) => {
        const inner = text.getBoundingClientRect();
        return (
          inner.left < outer.left - 0.5 ||
          inner.right > outer.right + 0.5 ||
          inner.top < outer.top - 0.5 ||
          inner.bottom > outer.bottom + 0.5
        );
      })
      .map(({ textContent }) => textContent);
  });
}
