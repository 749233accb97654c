import { join, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readNpyFile } from '../../data/npy-file';
import { readJson } from '../../data/tasks/json-file';
import { UserError } from '../../shared/errors';
import { resultSchema } from '../../shared/result';
import type { RunContext } from '../contract';
import type { Represented } from './represented';
import type { SimilaritySpec } from './spec';

const fields = z.looseObject({
  stimuli: z.number(),
  layers: z.array(z.number()),
  width: z.number(),
  pooling: z.string(),
});

/** SHA-256 of the files of texts behind some features, and who has them. */
export interface TextHashes {
  readonly of: string;
  readonly hashes: readonly string[];
}

/** Whether a path given as a model is a result folder. */
export function isResult(path: string): boolean {
  return existsSync(join(path, 'result.json'));
}

/**
 * A result of `activations` in place of a model.
 * @param expected the texts that all others are of, where one is known
 * @throws UserError that names the folder which is no such result, or is of other stimuli than the others
 */
export async function readStored(
  path: string,
  expected: TextHashes | undefined,
  spec: SimilaritySpec,
  context: RunContext,
): Promise<{ readonly represented: Omit<Represented, 'name'>; readonly texts: TextHashes }> {
  const folder = resolve(path);
  const file = join(folder, 'result.json');
  const parsed = resultSchema.safeParse(await readJson(file));
  const known = parsed.success ? fields.safeParse(parsed.data.result) : undefined;
  if (!parsed.success || known?.success !== true || !parsed.data.schema.startsWith('brainlens/activations@')) {
    throw new UserError(`${folder} is no result of activations`, 'Give models, or result folders of activations.');
  }
  const hashes = parsed.data.provenance.inputs.filter(({ role }) => role === 'stimuli').map(({ sha256 }) => sha256);
  const texts = { of: folder, hashes };
  if (expected !== undefined && expected.hashes.join() !== hashes.join()) {
    throw new UserError(
      `${folder} holds activations of other stimuli than ${expected.of}`,
      'Extract activations of the same files, in the same order.',
    );
  }
  const { pooling, width } = known.data;
  if (pooling !== spec.pooling) {
    context.warn(`${folder} was pooled by ${pooling}, the others by ${spec.pooling}.`);
  }
  const array = join(folder, 'activations.npy');
  const { data, shape } = await readNpyFile(array);
  const [rows, count] = shape;
  if (shape.length !== 3 || rows !== known.data.stimuli || count !== known.data.layers.length || shape[2] !== width) {
    throw new UserError(`${array} does not belong to its result.json`, 'Extract the activations again.');
  }
  for (const input of [file, array]) context.recordInput(input, 'activations');
  const places = known.data.layers.flatMap((layer, i) => (layer < 0 ? [] : [i]));
  places.sort((i, j) => known.data.layers[i]! - known.data.layers[j]!);
  return {
    texts,
    represented: {
      layers: places.length,
      rows,
      layer: (index) => Promise.resolve(layerOf(data as Float32Array, places[index]!, rows, count, width)),
    },
  };
}

/** f32 [rows, width] of [rows, layers, width]. */
function layerOf(data: Float32Array, layer: number, rows: number, layers: number, width: number): Float32Array {
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const at = (row * layers + layer) * width;
    out.set(data.subarray(at, at + width), row * width);
  }
  return out;
}
