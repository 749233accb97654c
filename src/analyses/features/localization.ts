import { extname, join } from 'node:path';
import { readJson } from '../../data/tasks/json-file';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import { resultSchema } from '../../shared/result';
import type { ResultFile } from '../../shared/result';
import type { RunContext } from '../contract';

/** Files that hold weights; a model's other files may be rewritten without changing it. */
const WEIGHTS = ['.safetensors', '.gguf', '.onnx', '.bin', '.onnx_data', '.data'];

/**
 * `result.json` of a localization's folder.
 * @throws UserError for another kind of result, and for one of an untrained model
 */
export async function readLocalization(folder: string): Promise<ResultFile> {
  const file = join(folder, 'result.json');
  const parsed = resultSchema.safeParse(await readJson(file));
  if (!parsed.success) throw new UserError(`${file} is not a Brainlens result`, 'Give the folder of a localization.');
  if (!parsed.data.schema.startsWith('brainlens/localization@')) {
    throw new UserError(`${folder} holds a result of another kind (${parsed.data.schema})`, 'Give a localization.');
  }
  if (parsed.data.spec['untrained'] !== undefined) {
    throw new UserError(`${folder} localized units of an untrained model`, 'Localize those of the trained one.');
  }
  return parsed.data;
}

/**
 * Whether units were localized in this very model: by shape first, which needs no reading of the weights.
 * @param folder what messages call the units
 * @throws UserError for a model of another size or of other weights
 */
export async function requireSameModel(
  folder: string,
  result: ResultFile,
  transformer: Transformer,
  context: RunContext,
): Promise<void> {
  const { layers, width } = transformer.description;
  const { layers: itsLayers, width: itsWidth } = result.result;
  if (itsLayers !== layers || itsWidth !== width) {
    throw otherModel(folder, `${String(itsLayers)} layers of ${String(itsWidth)}`, transformer);
  }
  const theirs = result.provenance.inputs.filter(({ role, path }) => role === 'model' && isWeights(path));
  const ours: string[] = [];
  for (const file of transformer.files.filter(isWeights)) ours.push(await context.hash(file));
  const same = ours.length === theirs.length && theirs.every(({ sha256 }) => ours.includes(sha256));
  if (same) return;
  throw new UserError(
    `${folder} is a mask of another model: the same size, but other weights (${theirs.map((file) => file.path).join(', ')})`,
    'Localize with this model, or take that one.',
  );
}

function isWeights(path: string): boolean {
  return WEIGHTS.includes(extname(path).toLowerCase());
}

/** For units that do not fit a model. @param what the file or folder, @param size what it has */
export function otherModel(what: string, size: string, { description: { layers, width } }: Transformer): UserError {
  return new UserError(
    `${what} is a mask of another model: ${size}, and this one has ${layers} layers of ${width} units`,
    'Give units of this model.',
  );
}
