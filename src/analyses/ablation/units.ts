import { access } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { isFolder } from '../../data/files';
import { readNpyFile } from '../../data/npy-file';
import { readJson } from '../../data/tasks/json-file';
import { sizeOf } from '../../math/units/selection';
import type { Transformer } from '../../models/transformer';
import type { NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import { resultSchema } from '../../shared/result';
import type { RunContext } from '../contract';
import { otherModel, readLocalization, requireSameModel } from '../features/localization';
import type { UnitSource } from './masks';

/** Units as they were given; the magnitude only where the result brings it. */
export type GivenUnits = Omit<UnitSource, 'magnitude'> & {
  readonly magnitude?: Float64Array;
  /** Files that were read, absolute. */
  readonly files: readonly string[];
};

/**
 * Units to silence: a localization's result folder (its ranking by t; the selection itself where that was drawn from a
 * range of t), or a mask `.npy` [layers, width] of zeros and ones.
 * @throws UserError for anything else, for a mask of another model, and for one that silences nothing
 */
export async function loadUnits(path: string, transformer: Transformer, context: RunContext): Promise<GivenUnits> {
  if (extname(path).toLowerCase() === '.npy') {
    context.recordInput(path, 'units');
    await checkOrigin(path, transformer, context);
    return { ...sizesOf(transformer), mask: await readMask(path, transformer), files: [path] };
  }
  const folder = basename(path) === 'result.json' ? join(path, '..') : path;
  if (!(await isFolder(folder))) {
    throw new UserError(`${path} is neither a result folder nor a mask`, 'Give a localization or a .npy file.');
  }
  return loadResult(folder, transformer, context);
}

/** A mask that lies in a localization's folder is of that localization's model. */
async function checkOrigin(mask: string, transformer: Transformer, context: RunContext): Promise<void> {
  const file = join(mask, '../result.json');
  if (!(await exists(file))) return;
  const parsed = resultSchema.safeParse(await readJson(file));
  if (!parsed.success || !parsed.data.schema.startsWith('brainlens/localization@')) return;
  if ((parsed.data.arrays ?? []).some((array) => array.file === basename(mask))) {
    await requireSameModel(mask, parsed.data, transformer, context);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function loadResult(folder: string, transformer: Transformer, context: RunContext): Promise<GivenUnits> {
  const result = await readLocalization(folder);
  await requireSameModel(folder, result, transformer, context);
  const sizes = sizesOf(transformer);
  const files = [join(folder, 'result.json')];
  const read = async <T>(name: string, reader: (file: string) => Promise<T>): Promise<T> => {
    const file = join(folder, `${name}.npy`);
    files.push(file);
    return reader(file);
  };
  const known = (result.arrays ?? []).some(({ file }) => file === 'magnitude.npy');
  const magnitude = known ? { magnitude: await read('magnitude', (file) => readFloats(file, transformer)) } : {};
  const units =
    result.spec['range'] === undefined
      ? { t: await read('t', (file) => readFloats(file, transformer)) }
      : { mask: await read('selected', (file) => readMask(file, transformer)) };
  for (const file of files) context.recordInput(file, 'units');
  return { ...sizes, ...units, ...magnitude, files };
}

async function readMask(file: string, transformer: Transformer): Promise<Uint8Array> {
  const { data } = requireShape(await readNpyFile(file), file, transformer);
  const wrong = data.findIndex((value) => value !== 0 && value !== 1);
  if (wrong >= 0) {
    const { width } = transformer.description;
    throw new UserError(
      `${file} holds ${data[wrong]} at layer ${Math.floor(wrong / width)}, unit ${wrong % width}, where a mask has 0 or 1`,
      'Write 1 for every unit to silence and 0 for the others.',
    );
  }
  const mask = Uint8Array.from(data);
  if (sizeOf(mask) === 0) throw new UserError(`${file} silences no unit`, 'Write 1 for every unit to silence.');
  return mask;
}

async function readFloats(file: string, transformer: Transformer): Promise<Float64Array> {
  return Float64Array.from(requireShape(await readNpyFile(file), file, transformer).data);
}

function requireShape(array: NdArray, file: string, transformer: Transformer): NdArray {
  const { layers, width } = transformer.description;
  const { shape } = array;
  if (shape.length === 2 && shape[0] === layers && shape[1] === width) return array;
  if (shape.length !== 2) {
    throw new UserError(
      `${file} has shape (${shape.join(', ')}), and a mask has two axes: [layers, width]`,
      'Save one set of units, such as random[0].',
    );
  }
  throw otherModel(file, `shape (${shape.join(', ')})`, transformer);
}

function sizesOf({ description: { layers, width } }: Transformer): { layers: number; width: number } {
  return { layers, width };
}
