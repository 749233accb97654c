import { extname } from 'node:path';
import { UserError } from '../../shared/errors';
import { readNpyFile } from '../npy-file';
import { openTensors, requireFinite } from './tensors';
import { transposed } from './weights';

/** A bare decoder: one direction of the residual stream per feature. */
export interface DecoderMatrix {
  readonly features: number;
  readonly width: number;
  /** f32 [features, width]. */
  readonly data: Float32Array;
}

/** Names that weight files give to decoders of [features, width]. */
const BY_ROW = ['W_dec', 'decoder', 'dictionary'];
/** `torch.nn.Linear` keeps [outputs, inputs]: its decoder is [width, features]. */
const TRANSPOSED = 'decoder.weight';

/**
 * Reads a decoder for analyses that need nothing else: a `.npy` matrix [features, width], or a `.safetensors` with
 * `W_dec` ([features, width]), `decoder.weight` ([width, features], as `torch.nn.Linear` keeps it: the name decides, not
 * the sizes) or one matrix under any other name ([features, width]).
 * @throws UserError where there is no such matrix, or a number is not finite
 */
export async function readDecoder(path: string): Promise<DecoderMatrix> {
  switch (extname(path).toLowerCase()) {
    case '.npy': {
      const { data, shape } = await readNpyFile(path);
      const values = data instanceof Float32Array ? data : Float32Array.from(data);
      const { features, width } = matrixOf(shape, path, 'the array');
      requireFinite(values, shape, path, 'row, column ');
      return { features, width, data: values };
    }
    case '.safetensors':
      return readSafetensorsDecoder(path);
    default:
      throw new UserError(`${path} is no decoder that can be read`, 'Give a .npy or a .safetensors file.');
  }
}

async function readSafetensorsDecoder(path: string): Promise<DecoderMatrix> {
  const tensors = await openTensors(path);
  const matrices = tensors.names.filter((each) => tensors.shape(each).length === 2);
  const name =
    [...BY_ROW, TRANSPOSED].find((each) => matrices.includes(each)) ??
    (matrices.length === 1 ? matrices[0] : undefined);
  if (name === undefined) {
    const problem = `${path} holds no W_dec or decoder.weight, and not one matrix alone`;
    throw new UserError(problem, `It holds ${tensors.names.join(', ') || 'nothing'}.`);
  }
  const { features, width } = matrixOf(tensors.shape(name), path, name);
  const values = await tensors.read(name);
  if (name !== TRANSPOSED) return { features, width, data: values };
  return { features: width, width: features, data: transposed(values, features, width) };
}

function matrixOf(shape: readonly number[], path: string, name: string): { features: number; width: number } {
  const [features, width] = shape;
  if (shape.length !== 2 || features === undefined || width === undefined || features * width === 0) {
    throw new UserError(`${path}: ${name} has shape [${shape.join(', ')}], not [features, width]`, 'Save one matrix.');
  }
  return { features, width };
}
