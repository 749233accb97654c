import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { isFolder } from '../../data/files';
import { readNpyFile } from '../../data/npy-file';
import { readJson } from '../../data/tasks/json-file';
import { UserError } from '../../shared/errors';
import { nameOfModel } from '../../shared/model-name';
import { resultSchema } from '../../shared/result';
import type { ResultFile } from '../../shared/result';

const value = z
  .number()
  .nullish()
  .transform((given) => given ?? NaN);

const unit = z.looseObject({
  id: z.string(),
  subject: z.string(),
  summary: z.boolean(),
  lag: z.number().optional(),
  p: value,
  q: value,
  position: z.tuple([z.number(), z.number(), z.number()]).optional(),
  // A missing number stands as null beside the reason for it.
  covariates: z.record(z.string(), z.union([z.number(), z.null(), z.string()])),
});

const fields = z.looseObject({
  dataset: z.string(),
  simulated: z.boolean(),
  columns: z.enum(['units', 'subjects']),
  modelLayers: z.number(),
  layers: z.array(z.looseObject({ layer: z.number().nullable(), depth: z.number().nullable() })),
  permutations: z.looseObject({ draws: z.number() }),
  units: z.array(unit),
});

/** A column of an alignment's scores. */
export type AlignedUnit = z.output<typeof unit>;

/** A file behind an alignment. */
export interface DataFile {
  readonly name: string;
  readonly sha256: string;
}

/** One result of `align`, its layers in order of depth. */
export interface Alignment {
  readonly folder: string;
  /** The model's; the result folder's too where two are of one model. */
  readonly name: string;
  readonly dataset: string;
  readonly simulated: boolean;
  readonly layers: Int32Array;
  readonly depths: Float64Array;
  /** Blocks of the model. */
  readonly modelLayers: number;
  /** f64 [layers, columns] */
  readonly scores: Float64Array;
  readonly columns: readonly AlignedUnit[];
  readonly permutations: number;
  /** Hashes of the model's files (`modelHashes`). */
  readonly model: string;
  /** Name and hash of the files of stimuli and responses; none where features were given in place of a model. */
  readonly data: readonly DataFile[];
  readonly files: readonly string[];
}

/**
 * Reads the alignments of one hierarchy.
 * @param paths result folders, or the `result.json` in them
 * @throws UserError that names the one that is no alignment, has no layers or no units to compare, is of other stimuli or
 *   responses than the first, or is named twice
 */
export async function readAlignments(paths: readonly string[]): Promise<Alignment[]> {
  const folders = paths.map((path) => resolve(basename(path) === 'result.json' ? join(path, '..') : path));
  const twice = folders.find((folder, i) => folders.indexOf(folder) < i);
  if (twice !== undefined) throw new UserError(`${twice} is named twice`, 'Name each alignment once.');
  const read: Alignment[] = [];
  for (const folder of folders) read.push(await readAlignment(folder));
  requireSameData(read);
  return withNames(read);
}

/** Roles of the files that say what a model was given, and what was recorded. */
const DATA_ROLES = ['stimuli', 'words', 'responses'];

function dataFiles({ provenance: { inputs } }: ResultFile): DataFile[] {
  if (inputs.some(({ role }) => role === 'features')) return [];
  const files = inputs.filter(({ role }) => DATA_ROLES.includes(role));
  return files.map(({ path, sha256 }) => ({ name: basename(path), sha256 }));
}

function requireSameData(alignments: readonly Alignment[]): void {
  const [first, ...others] = alignments.filter(({ data }) => data.length > 0);
  for (const other of others) {
    const known = new Set(first!.data.map(({ sha256 }) => sha256));
    const changed = other.data.filter(({ sha256 }) => !known.has(sha256));
    if (changed.length === 0 && other.data.length === first!.data.length) continue;
    const names = (changed.length > 0 ? changed : other.data).map(({ name }) => name).join(', ');
    throw new UserError(
      `${other.folder} (${other.dataset}) was aligned with other stimuli or responses (${names}) than ${first!.folder} (${first!.dataset})`,
      'Align every model with the same files.',
    );
  }
}

async function readAlignment(folder: string): Promise<Alignment> {
  const file = join(folder, 'result.json');
  if (!(await isFolder(folder))) throw notAlignment(folder, 'is not a result folder');
  const parsed = resultSchema.safeParse(await readJson(file));
  if (!parsed.success) throw notAlignment(folder, 'is not a Brainlens result');
  const { schema, result, spec } = parsed.data;
  if (!schema.startsWith('brainlens/alignment@')) throw notAlignment(folder, `holds a result of ${schema}`);
  const known = fields.safeParse(result);
  if (!known.success) throw notAlignment(folder, 'does not read as a result of align');
  const { layers, units, columns, modelLayers, dataset, simulated, permutations } = known.data;
  if (columns === 'subjects') {
    throw new UserError(
      `${folder} scores all units of a subject together: single units have no best layer`,
      'Align with --metric ridge.',
    );
  }
  const order = layers.flatMap(({ layer }, i) => (layer === null ? [] : [i]));
  if (order.length < 2) {
    throw new UserError(`${folder} scores ${order.length} layers: there is no best one`, 'Align with two or more.');
  }
  order.sort((i, j) => layers[i]!.layer! - layers[j]!.layer!);
  const array = join(folder, 'scores.npy');
  const { data, shape } = await readNpyFile(array);
  if (shape.length !== 2 || shape[0] !== layers.length || shape[1] !== units.length) {
    throw new UserError(`${array} does not belong to its result.json`, 'Align again.');
  }
  return {
    folder,
    name: nameOfModel(String(spec['model'] ?? spec['features'] ?? folder)),
    dataset,
    simulated,
    layers: Int32Array.from(order, (i) => layers[i]!.layer!),
    depths: Float64Array.from(order, (i) => layers[i]!.depth!),
    modelLayers,
    scores: rowsOf(Float64Array.from(data), order, units.length),
    columns: units,
    permutations: permutations.draws,
    model: modelHashes(parsed.data),
    data: dataFiles(parsed.data),
    files: [file, array],
  };
}

function rowsOf(scores: Float64Array, rows: readonly number[], columns: number): Float64Array {
  const out = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => out.set(scores.subarray(row * columns, (row + 1) * columns), i * columns));
  return out;
}

/** SHA-256 of the files of the model behind a result, in order; empty where it was made without one. */
export function modelHashes({ provenance }: ResultFile): string {
  const hashes = provenance.inputs.filter(({ role }) => role === 'model').map(({ sha256 }) => sha256);
  return hashes.sort().join(' ');
}

function withNames(alignments: readonly Alignment[]): Alignment[] {
  const count = (pick: (one: Alignment) => string, of: Alignment): number =>
    alignments.filter((other) => pick(other) === pick(of)).length;
  const longer = ({ name, folder }: Alignment): string => `${name} (${basename(folder)})`;
  return alignments.map((one) => {
    if (count(({ name }) => name, one) === 1) return one;
    return { ...one, name: count(longer, one) === 1 ? longer(one) : `${one.name} (${one.folder})` };
  });
}

function notAlignment(folder: string, problem: string): UserError {
  return new UserError(`${folder} ${problem}`, 'Give result folders of align.');
}
