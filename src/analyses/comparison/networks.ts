import { basename, join, resolve } from 'node:path';
import { isFolder } from '../../data/files';
import { readNpyFile } from '../../data/npy-file';
import { readJson } from '../../data/tasks/json-file';
import { UserError } from '../../shared/errors';
import { resultSchema } from '../../shared/result';
import type { ResultFile } from '../../shared/result';

/** One localized network, as its result folder holds it. */
export interface LocalizedNetwork {
  /** The result folder. */
  readonly folder: string;
  /** Told apart from the others of a comparison: the network, or the folder's name where two are of one network. */
  readonly label: string;
  readonly layers: number;
  readonly width: number;
  /** u8 [layers, width] */
  readonly selected: Uint8Array;
  /** SHA-256 of the model's files, in order of their names. */
  readonly model: string;
  /** Files that were read. */
  readonly files: readonly string[];
}

/**
 * Reads the localizations of one comparison.
 * @param paths result folders, or the `result.json` in them
 * @throws UserError that names the one that is no localization, that is of another shape than the first, or that is
 *   named twice
 */
export async function readNetworks(paths: readonly string[]): Promise<LocalizedNetwork[]> {
  const folders = paths.map((path) => resolve(basename(path) === 'result.json' ? join(path, '..') : path));
  const twice = folders.find((folder, i) => folders.indexOf(folder) < i);
  if (twice !== undefined) throw new UserError(`${twice} is named twice`, 'Name each localization once.');
  const read = await Promise.all(folders.map(readNetwork));
  const first = read[0]!;
  const other = read.find(({ layers, width }) => layers !== first.layers || width !== first.width);
  if (other !== undefined) {
    throw new UserError(
      `${other.folder} has ${sizeOf(other)}, but ${first.folder} has ${sizeOf(first)}`,
      'Compare localizations of one model.',
    );
  }
  return withLabels(read);
}

type Unlabelled = Omit<LocalizedNetwork, 'label'> & { readonly kind: string };

async function readNetwork(folder: string): Promise<Unlabelled> {
  const file = join(folder, 'result.json');
  if (!(await isFolder(folder))) throw notLocalization(folder, 'is not a result folder');
  const parsed = resultSchema.safeParse(await readJson(file));
  if (!parsed.success) throw notLocalization(folder, 'is not a Brainlens result');
  const { schema, result, spec } = parsed.data;
  if (!schema.startsWith('brainlens/localization@')) throw notLocalization(folder, `holds a result of ${schema}`);
  const mask = join(folder, 'selected.npy');
  const { data, shape } = await readNpyFile(mask);
  const [layers, width] = shape;
  if (shape.length !== 2 || layers !== result['layers'] || width !== result['width'] || !(data instanceof Uint8Array)) {
    throw new UserError(`${mask} does not belong to its result.json`, 'Localize again.');
  }
  const weights = spec['untrained'] === undefined ? '' : ', random weights';
  const kind = `${String(result['network'] ?? 'custom')}${weights}`;
  return { folder, kind, layers, width, selected: data, model: modelOf(parsed.data), files: [file, mask] };
}

function modelOf({ provenance, spec }: ResultFile): string {
  const hashes = provenance.inputs.filter(({ role }) => role === 'model').map(({ sha256 }) => sha256);
  return [...hashes.sort(), String(spec['untrained'] ?? 'trained')].join(' ');
}

function withLabels(networks: readonly Unlabelled[]): LocalizedNetwork[] {
  const named = (pick: (network: Unlabelled) => string) => (network: Unlabelled) =>
    networks.filter((other) => pick(other) === pick(network)).length === 1 ? pick(network) : undefined;
  const byKind = named(({ kind }) => kind);
  const byName = named(({ folder, kind }) => `${kind}: ${basename(folder)}`);
  return networks.map(({ kind, ...network }) => ({
    ...network,
    label: byKind({ kind, ...network }) ?? byName({ kind, ...network }) ?? `${kind}: ${network.folder}`,
  }));
}

function notLocalization(folder: string, problem: string): UserError {
  return new UserError(`${folder} ${problem}`, 'Give result folders of localizations.');
}

function sizeOf({ layers, width }: { readonly layers: number; readonly width: number }): string {
  return `${layers} layers of ${width} units`;
}
