import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { isScalar } from 'yaml';
import { granularityOf, manifestSchema } from '../shared/manifest';
import { basename, displayPath, parent } from './paths';
import type { Choice } from './steps';
import { isDatasetManifest } from './yamlSchemas';
import { nodeAt, parseYaml } from '../yaml/syntax';

/** A dataset manifest, or the wish to look for one on the disk. */
export type DatasetPick = { readonly kind: 'manifest'; readonly file: Uri } | { readonly kind: 'browse' };

const PATTERN = '**/{dataset,*.dataset}.yaml';
const IGNORED = '**/{node_modules,.git,.brainlens,.venv}/**';
const LIMIT = 100;
/** Below the folder of our samples. */
const SIMULATED = 'datasets/simulated/dataset.yaml';

/**
 * The dataset manifests of the workspace by path, then the simulated one that we ship, then any file.
 * @param samples folder of the shipped samples
 */
export async function datasetChoices(samples: string): Promise<Choice<DatasetPick>[]> {
  const shipped = join(samples, SIMULATED);
  return [
    ...(await manifests()).map(choiceOf),
    ...(existsSync(shipped)
      ? [
          {
            label: `$(beaker) ${l10n.t('Simulated Sample')}`,
            description: l10n.t('made up from a model’s own layers, shipped with Brainlens'),
            value: { kind: 'manifest', file: Uri.file(shipped) } as const,
          },
        ]
      : []),
    BROWSE,
  ];
}

/** The manifests of the workspace whose rows are words or scans; those of sentences are shown, and cannot be chosen. */
export async function wordDatasetChoices(): Promise<Choice<DatasetPick>[]> {
  const all = await manifests();
  const ofWords = (one: Manifest): boolean => one.rows !== 'sentence';
  return [
    ...all.filter(ofWords).map(choiceOf),
    BROWSE,
    ...all
      .filter((one) => !ofWords(one))
      .map(({ name }) => ({
        label: `$(circle-slash) ${name}`,
        description: l10n.t('responses to sentences: no words'),
      })),
  ];
}

/** The manifests of the workspace whose rows are words or scans. */
export async function wordDatasets(): Promise<Uri[]> {
  return (await manifests()).filter(({ rows }) => rows !== 'sentence').map(({ file }) => file);
}

/** What the rows of a dataset are; `undefined` where its manifest does not read as one. */
export async function rowsOf(file: Uri): Promise<Manifest['rows']> {
  return (await describe(file))?.rows;
}

/** Lets the person choose a dataset manifest from disk; `undefined` when they leave. */
export async function browseDataset(): Promise<Uri | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t('Dataset manifest (dataset.yaml)'),
    openLabel: l10n.t('Use This Dataset'),
    filters: { [l10n.t('Dataset manifests')]: ['yaml', 'yml'] },
  });
  return chosen?.[0];
}

/** The name that a manifest gives its dataset, else its folder's. */
export async function datasetName(file: Uri): Promise<string> {
  return (await describe(file))?.name ?? basename(file);
}

interface Manifest {
  readonly file: Uri;
  readonly name: string;
  readonly rows: ReturnType<typeof granularityOf> | undefined;
}

const BROWSE: Choice<DatasetPick> = {
  label: `$(folder-opened) ${l10n.t('Browse…')}`,
  description: l10n.t('dataset.yaml; Describe Dataset… on a folder writes a first one'),
  value: { kind: 'browse' },
};

function choiceOf({ file, name }: Manifest): Choice<DatasetPick> {
  return { label: `$(database) ${name}`, description: displayPath(file), value: { kind: 'manifest', file } };
}

async function manifests(): Promise<Manifest[]> {
  const files = await workspace.findFiles(PATTERN, IGNORED, LIMIT);
  const described = await Promise.all(files.map(describe));
  return described.filter((one) => one !== undefined).sort((a, b) => a.file.path.localeCompare(b.file.path));
}

/** Numbers that a manifest has of its units: covariates, coordinates and, with several lags, the lag of the best score. */
export async function covariatesOf(file: Uri): Promise<readonly string[]> {
  const document = parseYaml(new TextDecoder().decode(await workspace.fs.readFile(file)));
  const { data: manifest } = manifestSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  const { covariates = [], x, y, z } = manifest?.units ?? {};
  const axes = Object.entries({ x, y, z }).flatMap(([axis, column]) => (column === undefined ? [] : [axis]));
  return [...new Set([...covariates, ...axes, ...(manifest?.lags === undefined ? [] : ['peak-lag'])])];
}

async function describe(file: Uri): Promise<Manifest | undefined> {
  try {
    const text = new TextDecoder().decode(await workspace.fs.readFile(file));
    const document = parseYaml(text);
    if (!isDatasetManifest(basename(file), document)) return undefined;
    const name = nodeAt(document, ['name']);
    const parsed = manifestSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
    return {
      file,
      name: isScalar(name) && name.value !== null ? String(name.value) : basename(parent(file)),
      rows: parsed.success ? granularityOf(parsed.data) : undefined,
    };
  } catch {
    return undefined;
  }
}
