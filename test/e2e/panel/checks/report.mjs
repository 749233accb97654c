// The report: one file from disk, its own policy, nothing from anywhere else.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ready, watch } from '../browser.mjs';
import { drawn } from './maps.mjs';
import { violations } from './looks.mjs';

export function report({ browser, bundle, data, shots }) {
  const file = join(bundle.folder, 'report.html');
  const write = (changes = {}) => {
    const arrays = { 't.npy': { data: data.matrix.data, shape: [data.matrix.rows, data.matrix.columns] } };
    return writeFile(
      file,
      bundle.shared.reportHtml({ ...data, arrays, script: bundle.script, style: bundle.style, ...changes }),
    );
  };
  const open = async (options = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1200, height: 900 },
      acceptDownloads: true,
      ...options,
    });
    const page = await context.newPage();
    const troubles = await watch(page);
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, context, troubles, requests };
  };
  return [
    {
      name: 'it opens from disk with all figures and asks for nothing',
      run: async () => {
        await write();
        const { page, context, troubles, requests } = await open();
        await ready(page);
        if (shots !== undefined) await page.screenshot({ path: join(shots, 'report.png'), fullPage: true });
        assert.equal(await page.locator('section.card').count(), 5);
        assert.equal((await drawn(page)).step, 1);
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(
          requests.filter((url) => !/^(data|blob):/.test(url)),
          [pathToFileURL(file).href],
        );
        assert.deepEqual(troubles, []);
        assert.equal(await page.locator('header vscode-button', { hasText: /report|Reveal/ }).count(), 0);
        await context.close();
      },
    },
    {
      name: 'its policy stops any script but its own',
      run: async () => {
        const { page, context } = await open();
        await ready(page);
        await page.evaluate(() => {
          const script = document.createElement('script');
          script.textContent = 'window.intruder = true';
          document.body.append(script);
        });
        assert.equal(await page.evaluate(() => window.intruder), undefined);
        await context.close();
      },
    },
    {
      name: 'it follows the system between light and dark',
      run: async () => {
        const { page, context, troubles } = await open({ colorScheme: 'light' });
        await ready(page);
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.waitForFunction(
          () => document.querySelector('.plot')._fullLayout.paper_bgcolor === 'rgb(30, 30, 30)',
        );
        if (shots !== undefined) await page.screenshot({ path: join(shots, 'report-dark.png'), fullPage: true });
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'it downloads pictures and tables',
      run: async () => {
        const { page, context, troubles } = await open();
        await ready(page);
        for (const [label, name] of [
          ['Export PNG', 't-distribution.png'],
          ['Export CSV', 't-distribution.csv'],
        ]) {
          const download = page.waitForEvent('download');
          await page.locator('[data-figure=t-distribution] vscode-button', { hasText: label }).click();
          assert.equal((await download).suggestedFilename(), name);
        }
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'an array beyond the limit is left out and the map says so',
      run: async () => {
        await write({ arrayLimit: 1000 });
        const { page, context, troubles } = await open();
        await ready(page);
        assert.equal((await drawn(page)).step, 4);
        assert.match(await page.locator('[data-figure=t-map] .note').textContent(), /t\.npy/);
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
    {
      name: 'without script it shows the summary and the figures as SVG',
      run: async () => {
        const { page, context } = await open({ javaScriptEnabled: false });
        if (shots !== undefined) await page.screenshot({ path: join(shots, 'report-no-script.png'), fullPage: true });
        assert.ok((await page.locator('h1').textContent()).includes(data.result.name));
        assert.equal(await page.locator('noscript svg').count(), 4);
        await context.close();
      },
    },
  ];
}
