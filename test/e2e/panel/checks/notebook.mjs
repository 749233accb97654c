// The notebook renderer alone: the module that VS Code loads, in a page with a notebook's classes and variables.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTheme, watch } from '../browser.mjs';
import { violations } from './looks.mjs';

const ORIGIN = 'https://notebook.test';

export function notebook({ browser, bundle, data, shots }) {
  /** Renders `json` as the output of a cell. */
  const open = async (json, theme = 'light') => {
    const context = await browser.newContext({ viewport: { width: 760, height: 900 } });
    const page = await context.newPage();
    const troubles = await watch(page);
    const module = await readFile(join(bundle.folder, 'notebook.js'), 'utf8');
    await page.route('**/*', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: module })
        : route.fulfill({
            contentType: 'text/html',
            body: '<!doctype html><html lang="en"><title>n</title><body style="background: var(--vscode-editor-background)"><main id="output"></main></body></html>',
          }),
    );
    await page.goto(`${ORIGIN}/`);
    await setTheme(page, theme);
    await page.evaluate(async (content) => {
      const { activate } = await import('/notebook.js');
      window.renderer = activate({});
      window.renderer.renderOutputItem({ id: 'a', json: () => content }, document.getElementById('output'));
    }, json);
    return { page, context, troubles };
  };
  const pictures = (page) => page.locator('img').evaluateAll((images) => images.map(({ src }) => src));

  return [
    {
      name: 'a notebook shows every figure of figures.json with its numbers, under any theme',
      run: async () => {
        const { page, context, troubles } = await open(data.figures);
        const expected = data.figures.figures;
        assert.deepEqual(
          await page.locator('h3').allTextContents(),
          expected.map(({ title }) => title),
        );
        const drawn = await pictures(page);
        assert.equal(drawn.length, expected.filter(({ kind }) => kind !== 'table').length);
        await page.waitForFunction(() => [...document.images].every((image) => image.naturalWidth > 0));
        await page.locator('summary').first().press('Enter');
        await page.locator('details[open] tbody tr').first().waitFor();
        assert.deepEqual(await violations(page), []);
        if (shots !== undefined) await page.screenshot({ path: join(shots, 'notebook-light.png'), fullPage: true });
        await setTheme(page, 'high-contrast');
        await page.waitForFunction((before) => document.images[0].src !== before, drawn[0]);
        assert.deepEqual(await violations(page), []);
        if (shots !== undefined) await page.screenshot({ path: join(shots, 'notebook-contrast.png'), fullPage: true });
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'a notebook output that is no result says so',
      run: async () => {
        const { page, context, troubles } = await open({ schema: 'brainlens/localization@1' });
        assert.match(await page.locator('[role=alert]').textContent(), /does not hold the figures/);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}
