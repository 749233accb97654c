// The panel as the build makes it, and the shared modules that the checks need, in a temporary folder.
import { build } from 'esbuild';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** @returns {{ script: string, style: string, shared: object, folder: string, remove: () => Promise<void> }} */
export async function bundle() {
  const folder = await mkdtemp(join(tmpdir(), 'brainlens-panel-'));
  const common = { absWorkingDir: root, bundle: true, logLevel: 'warning', minify: true };
  await Promise.all([
    build({
      ...common,
      entryPoints: { panel: 'webview/main.ts' },
      outdir: folder,
      format: 'iife',
      platform: 'browser',
      target: 'chrome120',
      define: { global: 'window' },
      alias: { 'maplibre-gl/dist/maplibre-gl.css': './webview/no-maps.css' },
    }),
    build({
      ...common,
      stdin: {
        contents: ['report', 'map-cells', 'palette', 'csv', 'compare-results']
          .map((name) => `export * from './src/shared/${name}';`)
          .join(''),
        resolveDir: root,
        loader: 'ts',
      },
      outfile: join(folder, 'shared.mjs'),
      format: 'esm',
      platform: 'node',
    }),
    build({
      ...common,
      entryPoints: ['webview/notebook/main.ts'],
      outfile: join(folder, 'notebook.js'),
      format: 'esm',
      platform: 'browser',
      target: 'chrome120',
    }),
  ]);
  const [script, style] = await Promise.all(
    ['panel.js', 'panel.css'].map((file) => readFile(join(folder, file), 'utf8')),
  );
  const shared = await import(pathToFileURL(join(folder, 'shared.mjs')).href);
  return { script, style, shared, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
