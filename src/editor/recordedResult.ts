import { Uri, workspace } from 'vscode';
import { catalog } from '../analyses/catalog';
import { readFigures, readResult } from '../engine/store';
import type { Figure } from '../shared/figure';
import { nameOfModel } from '../shared/model-name';
import { titleOf } from './analysisTitles';
import { parent } from './paths';
import { placeAmongResults, rootsOfSettings } from './resultsFolder';
import type { ResultRoot } from './resultsFolder';

/** How results write the paths of shipped files. */
const SHIPPED = 'brainlens:';

/** A file that a result came from. */
export interface StoredInput {
  /** Absolute path with `/`, as in URIs. */
  readonly path: string;
  readonly role: string;
  readonly bytes: number;
  readonly sha256: string;
  /** It came with Brainlens: its path is no place in the workspace. */
  readonly shipped: boolean;
  /** Another result of its study: the study compares what it says, for made again it may say the same. */
  readonly byStudy: boolean;
}

/** A result of the workspace, without its numbers. */
export interface RecordedResult {
  /** Its result.json. */
  readonly file: Uri;
  readonly folder: Uri;
  /** The analysis' verb: `align`. */
  readonly analysis: string;
  /** The analysis' title without the ellipsis: "Align with Brain Data". */
  readonly title: string;
  readonly created: Date;
  readonly summary: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly inputs: readonly StoredInput[];
  /** The study that it belongs to: `<study>` of `<results>/<study>/<run>/result.json`. */
  readonly study?: string;
  /** Names of the models that went into it. */
  readonly models: readonly string[];
}

/**
 * What a result.json holds; `undefined` for analyses that this version does not know.
 * @param roots folders of results beside `.brainlens`
 * @throws UserError where it cannot be read
 */
export async function recordedResult(
  file: Uri,
  roots: readonly ResultRoot[] = rootsOfSettings(),
): Promise<RecordedResult | undefined> {
  const folder = parent(file);
  const { schema, created, summary, spec, study, provenance } = await readResult(folder.fsPath);
  const analysis = catalog.find((one) => schema.startsWith(`brainlens/${one.schema}@`));
  if (analysis === undefined) return undefined;
  const place = placeAmongResults(folder.path, roots);
  const home = place ? folder.with({ path: place.home }) : (workspace.getWorkspaceFolder(folder)?.uri ?? folder);
  const inputs = provenance.inputs.map(({ path, role, bytes, sha256 }) => {
    return {
      path: absolute(home, path),
      role,
      bytes,
      sha256,
      shipped: path.startsWith(SHIPPED),
      byStudy: study?.results[path] !== undefined,
    };
  });
  return {
    file,
    folder,
    analysis: analysis.id,
    title: titleOf(analysis),
    created: new Date(created),
    summary,
    spec,
    inputs,
    ...(place !== undefined && place.below.length > 1 && { study: place.below[0]! }),
    models: modelsOf(inputs),
  };
}

/** The folder that paths in a result are relative to; `undefined` where the result lies in no folder of results. */
export function homeOfResult(folder: Uri): Uri | undefined {
  const place = placeAmongResults(folder.path, rootsOfSettings());
  return place && folder.with({ path: place.home });
}

/** A model is a folder of files, some of them in its subfolder `onnx`, or one `.gguf` file. */
function modelsOf(inputs: readonly StoredInput[]): string[] {
  const paths = inputs
    .filter(({ role }) => role === 'model')
    .map(({ path }) => (/\.gguf$/i.test(path) ? path : path.replace(/(\/onnx)?\/[^/]*$/, '')));
  return [...new Set(paths.map(nameOfModel))];
}

function absolute(home: Uri, path: string): string {
  return /^([a-z]:[\\/]|\/)/i.test(path) ? Uri.file(path).path : Uri.joinPath(home, path).path;
}

/** The figures of a result. @throws UserError where they cannot be read */
export async function figuresOf(result: RecordedResult): Promise<readonly Figure[]> {
  return (await readFigures(result.folder.fsPath)).figures;
}
