// Writes `contributes.commands`, `contributes.menus` and the command titles of package.nls.json from the catalog of
// analyses, so that names never drift. `--check` changes nothing and fails when the files differ.
import { build } from 'esbuild';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');

/** Commands of the result editor: they belong to no analysis. */
const resultCommands = [
  { id: 'openReport', title: 'Open Report', icon: '$(open-preview)' },
  { id: 'copySnippet', title: 'Copy NumPy Snippet', icon: '$(clippy)' },
  { id: 'revealArrays', title: 'Reveal Arrays', icon: '$(folder-opened)' },
];
const resultIsActive = 'activeCustomEditorId == brainlens.result';
const modelIsClicked =
  'isWorkspaceTrusted && explorerResourceIsFolder && resourcePath in brainlens.modelFolders || ' +
  'isWorkspaceTrusted && !explorerResourceIsFolder && resourceExtname == .gguf';

const localizationIsClicked = 'isWorkspaceTrusted && resourcePath in brainlens.localizations';

/** By where the editor offers an analysis: when its command can run, and when the Explorer shows it. */
const PLACES = {
  model: { enablement: 'isWorkspaceTrusted', explorer: modelIsClicked },
  localization: {
    enablement: 'isWorkspaceTrusted && brainlens.hasLocalizations',
    explorer: localizationIsClicked,
    title: `${resultIsActive} && ${localizationIsClicked}`,
  },
  localizations: { enablement: 'isWorkspaceTrusted && brainlens.hasLocalizations' },
};
const analyses = (await loadCatalog()).filter((analysis) => analysis.menu !== undefined);
const stale = [];
await update('package.json', (manifest) => ({
  ...manifest,
  contributes: { ...manifest.contributes, commands: commands(), menus: menus() },
}));
await update('package.nls.json', (texts) => {
  const others = Object.entries(texts).filter(([key]) => !key.startsWith('command.'));
  const titles = [...analyses, ...resultCommands].map(({ id, title }) => [`command.${id}`, title]);
  return Object.fromEntries([...others, ...titles]);
});
if (stale.length > 0) {
  console.error(`${stale.join(' and ')} no longer match the catalog. Run: npm run contributes`);
  process.exitCode = 1;
}

function commands() {
  const entry = ({ id, icon }) => ({
    command: `brainlens.${id}`,
    title: `%command.${id}%`,
    category: 'Brainlens',
    ...(icon === undefined ? {} : { icon }),
  });
  return [
    ...analyses.map((analysis) => ({
      ...entry({ ...analysis, ...(PLACES[analysis.menu.on].title && { icon: '$(circle-slash)' }) }),
      enablement: PLACES[analysis.menu.on].enablement,
    })),
    ...resultCommands.map(entry),
  ];
}

function menus() {
  return {
    'explorer/context': analyses
      .filter(({ menu }) => PLACES[menu.on].explorer !== undefined)
      .map(({ id, menu }, index) => ({
        command: `brainlens.${id}`,
        when: PLACES[menu.on].explorer,
        group: `2_brainlens@${index + 1}`,
      })),
    'editor/title': [
      ...analyses
        .filter(({ menu }) => PLACES[menu.on].title !== undefined)
        .map(({ id, menu }) => ({ command: `brainlens.${id}`, when: PLACES[menu.on].title, group: 'navigation@0' })),
      ...resultCommands.map(({ id }, index) => ({
        command: `brainlens.${id}`,
        when: resultIsActive,
        group: `navigation@${index + 1}`,
      })),
    ],
    commandPalette: resultCommands.map(({ id }) => ({ command: `brainlens.${id}`, when: resultIsActive })),
  };
}

async function loadCatalog() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/analyses/catalog.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  });
  const { catalog } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  return catalog;
}

async function update(file, change) {
  const path = join(root, file);
  const before = await readFile(path, 'utf8');
  const after = `${JSON.stringify(change(JSON.parse(before)), null, 2)}\n`;
  if (after === before) return;
  if (check) stale.push(file);
  else await writeFile(path, after);
}
