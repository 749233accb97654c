// A stored result of a million units: drawn soon, and held in little memory.
import assert from 'node:assert/strict';
import { openPanel } from '../browser.mjs';
import { localization } from '../fixture.mjs';

const LAYERS = 40;
const WIDTH = 25_600;
/** As the engine writes maps: no more cells in a row than this. */
const PIXELS = 400;
const MEGABYTE = 1e6;
/** The promise is 2 s on a machine that does nothing else; what is held here is the work: cells, bytes, memory. */
const GENEROUS_MS = 60_000;

export function large({ browser, bundle }) {
  return [
    {
      name: `${LAYERS} × ${WIDTH} units: the first figure soon, one array, below 200 MB in the page`,
      run: async () => {
        const data = millionUnits(bundle.shared);
        const start = performance.now();
        const { page, context, troubles, posted } = await openPanel(browser, bundle, { data });
        await page.locator('.plot .main-svg').first().waitFor();
        const milliseconds = performance.now() - start;
        const map = page.locator('.plot.map[data-resolution="full"]');
        await map.waitFor();
        const drawn = await map.evaluate((node) => node.data[0].z.length * node.data[0].z[0].length);
        const heap = await heapOf(page);
        const sent = await page.evaluate(() => window.sentBytes);
        const told = `first figure after ${Math.round(milliseconds)} ms, page and script included`;
        console.log(`        ${told}; heap ${megabytes(heap)}, arrays sent ${megabytes(sent)}`);
        assert.ok(milliseconds < GENEROUS_MS, told);
        assert.equal((await posted('requestArray')).length, 1);
        // float32, once.
        assert.equal(sent, 4 * LAYERS * WIDTH);
        assert.ok(
          JSON.stringify(data.figures).length < MEGABYTE,
          'figures.json stays small: maps in it are aggregated',
        );
        assert.ok(drawn <= LAYERS * 900, `${drawn} cells: no more than pixels across`);
        assert.ok(heap < 200 * MEGABYTE, megabytes(heap));
        assert.deepEqual(troubles, []);
        await context.close();
      },
    },
  ];
}

/** The figures of a small localization around the map of a large one. */
function millionUnits(shared) {
  const small = localization(shared);
  const matrix = { rows: LAYERS, columns: WIDTH, generated: true };
  const values = Float32Array.from({ length: LAYERS * WIDTH }, (_, i) => 4 * Math.sin(i * 12.9898));
  const cells = shared.aggregate({ ...matrix, data: values }, 0, WIDTH, PIXELS);
  const figures = small.figures.figures.map((figure) =>
    figure.kind !== 'map'
      ? figure
      : { ...figure, rows: LAYERS, columns: WIDTH, step: cells.step, min: [...cells.min], max: [...cells.max] },
  );
  return { ...small, matrix, figures: { ...small.figures, figures } };
}

/** Bytes that the page's scripts hold, with array buffers, once nothing is left to collect. */
async function heapOf(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

function megabytes(bytes) {
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
