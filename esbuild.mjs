// Builds every artefact into dist/: one call each. `--target linux-x64` copies that platform's native files (default: this one).
import { build } from 'esbuild';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
const { values: options } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    production: { type: 'boolean', default: false },
  },
});

/** zod brings its messages in 50 languages, half of the extension's code: English is enough. */
const englishOnly = {
  name: 'zod-in-english',
  setup(plugin) {
    plugin.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** What the extension needs only with its first use lies in a file of its own, so that activation reads little. */
const onDemand = {
  name: 'on-demand',
  setup(plugin) {
    plugin.onResolve({ filter: /\/onDemand$/ }, () => ({ path: './on-demand.cjs', external: true }));
  },
};

/** The hub's storage protocol, which compiles WebAssembly when it loads, is not used: files come by plain requests. */
const hubWithoutStorage = {
  name: 'hub-without-storage',
  setup(plugin) {
    plugin.onResolve({ filter: /^@huggingface\/xetchunk-wasm$/ }, async ({ path, pluginData, ...place }) => {
      if (pluginData === hubWithoutStorage) return undefined;
      const found = await plugin.resolve(path, { ...place, pluginData: hubWithoutStorage });
      return { ...found, sideEffects: false };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: options.production,
  sourcemap: options.production ? false : 'linked',
  logLevel: 'warning',
  plugins: [englishOnly],
  define: { BRAINLENS_VERSION: JSON.stringify(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version) },
};

// The bundled CommonJS packages call require() for Node built-ins; an ES module has none of its own.
const requireBanner = {
  js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
};

/** onnxruntime-node looks for its binary by a templated path in node_modules; ours lies in dist/native. */
const nativeBinding = {
  name: 'onnxruntime-native-binding',
  setup(plugin) {
    plugin.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const templated = /require\(\s*`\.\.\/bin\/napi-v6[^`]*`\s*\)/;
      if (!templated.test(source)) throw new Error(`${path} has no templated require of its binary any more`);
      return { contents: source.replace(templated, "require('./native/onnxruntime_binding.node')"), loader: 'js' };
    });
    plugin.onResolve({ filter: /^\.\/native\/.*\.node$/ }, ({ path }) => ({ path, external: true }));
  },
};

const node = { ...common, platform: 'node', target: 'node20' };
// `import()` becomes `require()`, which knows VS Code's own module.
const extension = { ...node, format: 'cjs', external: ['vscode'], supported: { 'dynamic-import': false } };
const esm = { ...node, format: 'esm', banner: requireBanner, plugins: [englishOnly, nativeBinding] };

await rm(dist, { recursive: true, force: true });
await Promise.all([
  build({
    ...extension,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    plugins: [englishOnly, onDemand],
  }),
  build({
    ...extension,
    entryPoints: ['src/editor/onDemand.ts'],
    outfile: 'dist/on-demand.cjs',
    plugins: [englishOnly, hubWithoutStorage],
  }),
  build({ ...esm, entryPoints: ['src/engine/main.ts'], outfile: 'dist/engine.js' }),
  build({ ...esm, entryPoints: ['src/cli.ts'], outfile: 'dist/cli.js' }),
  build({ ...esm, entryPoints: ['src/math/encoding/child.ts'], outfile: 'dist/encoder.js' }),
  build({ ...esm, entryPoints: ['src/math/projection/umap-worker.ts'], outfile: 'dist/umap.js' }),
  build({
    ...common,
    entryPoints: { panel: 'webview/main.ts' },
    outdir: 'dist/webview',
    format: 'iife',
    platform: 'browser',
    target: 'chrome120',
    define: { ...common.define, global: 'window' },
    alias: { 'maplibre-gl/dist/maplibre-gl.css': './webview/no-maps.css' },
    sourcemap: false,
    minify: true,
  }),
  build({
    ...common,
    entryPoints: ['webview/notebook/main.ts'],
    outfile: 'dist/notebook.js',
    format: 'esm',
    platform: 'browser',
    target: 'chrome120',
    sourcemap: false,
    minify: true,
  }),
]);
await copyNative(options.target);
await cp(join(root, 'samples'), join(dist, 'samples'), { recursive: true });
// dist/ runs alone, without the package.json above it.
await writeFile(join(dist, 'package.json'), '{ "type": "module" }\n');

async function copyNative(target) {
  const [platform, arch] = target.split('-');
  const from = join(root, 'node_modules/onnxruntime-node/bin/napi-v6', platform, arch);
  if (!existsSync(from)) throw new Error(`ONNX Runtime has no binaries for ${target}`);
  await mkdir(join(dist, 'native'), { recursive: true });
  const { readdir } = await import('node:fs/promises');
  const wanted = (await readdir(from)).filter(
    (file) => /\.node$|\.so(\.|$)|\.dylib$|\.dll$/.test(file) && !/cuda|tensorrt/i.test(file),
  );
  await Promise.all(wanted.map((file) => cp(join(from, file), join(dist, 'native', file), { dereference: true })));
}
