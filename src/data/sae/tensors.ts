import { open, realpath } from 'node:fs/promises';
import { readSafetensors } from '../../models/safetensors';
import { UserError } from '../../shared/errors';
import { halfToNumber } from '../../shared/npy';
import { fileProblem } from '../files';

/** Named arrays of one weight file, as float32 whatever they are stored as. */
export interface Tensors {
  readonly file: string;
  readonly names: readonly string[];
  shape(name: string): readonly number[];
  /**
   * One array, whole, in C order.
   * @throws UserError where it is missing, of an unreadable type, or holds NaN or infinite numbers (naming the first)
   */
  read(name: string): Promise<Float32Array>;
}

/** The arrays of a safetensors file stored in F32, F64, F16 or BF16. @throws UserError where it is missing or corrupt */
export async function openTensors(path: string): Promise<Tensors> {
  const file = await realpath(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  const { tensors, doubles, others } = await readSafetensors(file);
  const entries = new Map([...tensors, ...doubles].map((entry) => [entry.name, entry]));
  const entryOf = (name: string) => {
    const entry = entries.get(name);
    if (entry !== undefined) return entry;
    const dtype = others.get(name);
    if (dtype === undefined) throw missingTensor(path, name, [...entries.keys()]);
    throw new UserError(`${path}: tensor ${name} is stored as ${dtype}`, 'Save it in float32, float16 or bfloat16.');
  };
  return {
    file: path,
    names: [...entries.keys()],
    shape: (name) => entryOf(name).shape,
    read: async (name) => {
      const { dtype, shape, offset, bytes } = entryOf(name);
      const values = toFloat32(await readRange(file, offset, bytes), dtype);
      requireFinite(values, shape, path, name);
      return values;
    },
  };
}

/** The error for an array that an SAE needs and its file does not hold. */
export function missingTensor(file: string, name: string, there: readonly string[]): UserError {
  return new UserError(
    `${file} has no tensor ${name}`,
    `It holds ${there.join(', ') || 'none'}: get the complete SAE.`,
  );
}

/** @throws UserError that names the first value which is NaN or infinite, as in `W_enc[3, 5]` */
export function requireFinite(values: Float32Array, shape: readonly number[], file: string, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = i; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    throw new UserError(`${file}: ${name}[${index.join(', ')}] is ${values[i]}`, 'Download or train the SAE again.');
  }
}

/** Larger reads are cut by some systems at 2 GB. */
const CHUNK = 2 ** 28;

async function readRange(file: string, offset: number, bytes: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(bytes);
  const handle = await open(file, 'r');
  try {
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await handle.read(new Uint8Array(buffer, at, Math.min(CHUNK, bytes - at)), {
        position: offset + at,
      });
      if (bytesRead === 0) throw new UserError(`${file} is truncated`, 'Download or copy the file again.');
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
  return buffer;
}

function toFloat32(buffer: ArrayBuffer, dtype: 'F32' | 'F64' | 'F16' | 'BF16'): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer));
    case 'F16': {
      const table = Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits));
      return Float32Array.from(new Uint16Array(buffer), (bits) => table[bits]!);
    }
    case 'BF16': {
      const bits = new Uint32Array(buffer.byteLength / 2);
      const stored = new Uint16Array(buffer);
      for (let i = 0; i < bits.length; i++) bits[i] = stored[i]! << 16;
      return new Float32Array(bits.buffer);
    }
  }
}
