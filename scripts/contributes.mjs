// Writes `contributes.commands`, `contributes.menus` and the command titles of package.nls.json from the catalog of
// analyses, and schemas/ from the schemas of our YAML files, so that names never drift. `--check` changes nothing and fails
// when the files differ.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { loadTypeScript, root } from './load-typescript.mjs';
import { viewCommands, viewMenus } from './view-commands.mjs';

const check = process.argv.includes('--check');

/** Commands of the result editor: they belong to no analysis. */
const resultCommands = [
  { id: 'openReport', title: 'Open Report', icon: '$(open-preview)' },
  { id: 'copySnippet', title: 'Copy NumPy Snippet', icon: '$(clippy)' },
  { id: 'revealArrays', title: 'Reveal Arrays', icon: '$(folder-opened)' },
];
/** Commands that stand for themselves. */
const otherCommands = [
  { id: 'runStudy', title: 'Run Study', enablement: 'isWorkspaceTrusted', icon: '$(run-all)' },
  { id: 'runOnSlurm', title: 'Run on Slurm', enablement: 'isWorkspaceTrusted && brainlens.slurm' },
  { id: 'cancelOnSlurm', title: 'Cancel on Slurm', enablement: 'isWorkspaceTrusted && brainlens.slurm' },
  { id: 'clearCache', title: 'Clear Cache', enablement: 'isWorkspaceTrusted' },
  { id: 'downloadModel', title: 'Download Model from Hugging Face…', enablement: 'isWorkspaceTrusted' },
  { id: 'setHubToken', title: 'Set Hugging Face Token…' },
  { id: 'forgetHubToken', title: 'Forget Hugging Face Token' },
  { id: 'openSampleWorkspace', title: 'Open Sample Workspace…' },
];
const studyIsOpen = 'isWorkspaceTrusted && resourceFilename =~ /\\.study\\.ya?ml$/';
/** Only where there is a Slurm: `sbatch` is on the path. */
const slurmCommands = ['runOnSlurm', 'cancelOnSlurm'].map((id) => `brainlens.${id}`);
const studyIsOpenOnCluster = `${studyIsOpen} && brainlens.slurm`;
const resultIsActive = 'activeCustomEditorId =~ /^brainlens\\.result(Elsewhere)?$/';
const modelIsClicked =
  'isWorkspaceTrusted && explorerResourceIsFolder && resourcePath in brainlens.modelFolders || ' +
  'isWorkspaceTrusted && !explorerResourceIsFolder && resourceExtname == .gguf || ' +
  'isWorkspaceTrusted && !explorerResourceIsFolder && resourcePath in brainlens.onnxModels';

const saeIsClicked =
  'isWorkspaceTrusted && explorerResourceIsFolder && resourcePath in brainlens.saeFolders || ' +
  'isWorkspaceTrusted && !explorerResourceIsFolder && resourceFilename == params.npz';

const modelIsOneOfSeveral = modelIsClicked.replaceAll(
  'isWorkspaceTrusted',
  'isWorkspaceTrusted && brainlens.severalModels',
);

const alignmentIsClicked = 'isWorkspaceTrusted && resourcePath in brainlens.alignments';
const localizationIsClicked = 'isWorkspaceTrusted && resourcePath in brainlens.localizations';

const manifestIsClicked = 'isWorkspaceTrusted && resourceFilename =~ /(^|\\.)dataset\\.yaml$/';
/** A foreign dataset.yaml has no button of ours. */
const manifestIsOpen = 'isWorkspaceTrusted && resourcePath in brainlens.openManifests';
/** Recordings of words or scans: those of sentences know no context. */
const wordsAreClicked = 'isWorkspaceTrusted && resourcePath in brainlens.wordDatasets';
const folderIsClicked = 'isWorkspaceTrusted && explorerResourceIsFolder && resourcePath not in brainlens.modelFolders';

/** Read by extensions that check YAML files. */
const yamlValidation = [
  { fileMatch: '*.dataset.yaml', url: './schemas/dataset.schema.json' },
  { fileMatch: 'dataset.yaml', url: './schemas/dataset-file.schema.json' },
  { fileMatch: '*.study.yaml', url: './schemas/study.schema.json' },
];

/** By where the editor offers an analysis: when its command can run, and when the Explorer shows it. */
const PLACES = {
  model: { enablement: 'isWorkspaceTrusted', explorer: modelIsClicked },
  localization: {
    enablement: 'isWorkspaceTrusted && brainlens.hasLocalizations',
    explorer: localizationIsClicked,
    title: `${resultIsActive} && ${localizationIsClicked}`,
    icon: '$(circle-slash)',
  },
  sae: { enablement: 'isWorkspaceTrusted', explorer: saeIsClicked },
  'sae-or-model': { enablement: 'isWorkspaceTrusted', explorer: `${saeIsClicked} || ${modelIsClicked}` },
  localizations: { enablement: 'isWorkspaceTrusted && brainlens.hasLocalizations' },
  dataset: { enablement: 'isWorkspaceTrusted', explorer: `${manifestIsClicked} || ${folderIsClicked}` },
  'model-and-dataset': {
    enablement: 'isWorkspaceTrusted',
    explorer: `${modelIsClicked} || ${manifestIsClicked}`,
    title: manifestIsOpen,
    icon: '$(pulse)',
  },
  models: {
    enablement: 'isWorkspaceTrusted && brainlens.severalModels || isWorkspaceTrusted && brainlens.hasAlignments',
    explorer: `${modelIsOneOfSeveral} || ${alignmentIsClicked}`,
  },
  'model-and-words': { enablement: 'isWorkspaceTrusted', explorer: `${modelIsClicked} || ${wordsAreClicked}` },
};
const { catalog, datasetSchema, studySchema } = await loadSpecs();
/** The command of a verb of two words: `sae train` is `saeTrain`. */
const commandOf = (verb) => verb.replace(/ (\w)/g, (_, letter) => letter.toUpperCase());
const analyses = catalog
  .filter((analysis) => analysis.menu !== undefined)
  .map((analysis) => ({ ...analysis, id: commandOf(analysis.id) }));
const stale = [];
await update('package.json', (manifest) => ({
  ...manifest,
  contributes: { ...manifest.contributes, commands: commands(), menus: menus(), yamlValidation },
}));
await update('package.nls.json', (texts) => {
  const others = Object.entries(texts).filter(([key]) => !key.startsWith('command.'));
  const titles = [...analyses, ...otherCommands, ...resultCommands, ...viewCommands].map(({ id, title }) => [
    `command.${id}`,
    title,
  ]);
  return Object.fromEntries([...others, ...titles]);
});
await update('schemas/dataset.schema.json', () => datasetSchema);
await update('schemas/study.schema.json', () => studySchema);
const { $schema, ...dataset } = datasetSchema;
await update('schemas/dataset-file.schema.json', () => ({
  $schema,
  title: 'A dataset.yaml that is a Brainlens dataset manifest; others are not looked at',
  if: { required: ['responses'], anyOf: [{ required: ['stimuli'] }, { required: ['words'] }] },
  then: dataset,
}));
if (stale.length > 0) {
  console.error(`${stale.join(' and ')} no longer match the specs. Run: npm run contributes`);
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
      ...entry({ ...analysis, icon: PLACES[analysis.menu.on].icon }),
      enablement: PLACES[analysis.menu.on].enablement,
    })),
    ...[...otherCommands, ...resultCommands, ...viewCommands].map(({ enablement, ...command }) => ({
      ...entry(command),
      ...(enablement === undefined ? {} : { enablement }),
    })),
  ];
}

function menus() {
  return {
    'explorer/context': [
      ...analyses
        .filter(({ menu }) => PLACES[menu.on].explorer !== undefined)
        .map(({ id, menu }, index) => ({
          command: `brainlens.${id}`,
          when: PLACES[menu.on].explorer,
          group: `2_brainlens@${index + 1}`,
        })),
      ...slurmCommands.map((command, index) => ({
        command,
        when: studyIsOpenOnCluster,
        group: `2_brainlens_slurm@${index + 1}`,
      })),
    ],
    'editor/title': [
      ...analyses
        .filter(({ menu }) => PLACES[menu.on].title !== undefined)
        .map(({ id, menu }) => ({ command: `brainlens.${id}`, when: PLACES[menu.on].title, group: 'navigation@0' })),
      { command: 'brainlens.runStudy', when: studyIsOpen, group: 'navigation@0' },
      ...resultCommands.map(({ id }, index) => ({
        command: `brainlens.${id}`,
        when: resultIsActive,
        group: `navigation@${index + 1}`,
      })),
    ],
    'view/title': viewMenus['view/title'],
    'view/item/context': viewMenus['view/item/context'],
    commandPalette: [
      { command: 'brainlens.runStudy', when: studyIsOpen },
      ...slurmCommands.map((command) => ({ command, when: studyIsOpenOnCluster })),
      ...resultCommands.map(({ id }) => ({ command: `brainlens.${id}`, when: resultIsActive })),
      ...viewMenus.commandPalette,
    ],
  };
}

async function loadSpecs() {
  const contents = `
    import { z } from 'zod';
    import { manifestSchema } from './src/shared/manifest';
    export { catalog } from './src/analyses/catalog';
    export { studySchema } from './src/study/schema';
    export const datasetSchema = z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-7' });`;
  return loadTypeScript(contents);
}

async function update(file, change) {
  const path = join(root, file);
  const before = existsSync(path) ? await readFile(path, 'utf8') : '{}';
  const text = JSON.stringify(change(JSON.parse(before)), null, 2);
  const after = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (after === before) return;
  if (check) stale.push(file);
  else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, after);
  }
}
