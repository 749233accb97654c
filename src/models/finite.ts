import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../shared/errors';
import type { StoredType, TensorEntry } from './checkpoint';

const CHUNK_BYTES = 1 << 22;
const WINDOW_BYTES = 4096;
const WINDOWS = 16;

/**
 * Looks for NaN and infinite weights in a sample of every tensor: whole where it is at most 64 kB, else sixteen windows
 * of 4 kB spread from its start to its end. A run that gives non-finite numbers all the same scans everything.
 * @returns the first tensor with such a weight
 */
export function sampleNonFinite(tensors: Iterable<TensorEntry>): TensorEntry | undefined {
  return firstNonFinite(tensors, (bytes) => {
    if (bytes <= WINDOWS * WINDOW_BYTES) return [[0, bytes]];
    const stride = (bytes - WINDOW_BYTES) / (WINDOWS - 1);
    return Array.from({ length: WINDOWS }, (_, i) => [Math.floor((i * stride) / 4) * 4, WINDOW_BYTES] as const);
  });
}

/** Looks for NaN and infinite weights in every element. @returns the first tensor with such a weight */
export function scanNonFinite(tensors: Iterable<TensorEntry>): TensorEntry | undefined {
  return firstNonFinite(tensors, (bytes) =>
    Array.from({ length: Math.ceil(bytes / CHUNK_BYTES) }, (_, i) => {
      return [i * CHUNK_BYTES, Math.min(CHUNK_BYTES, bytes - i * CHUNK_BYTES)] as const;
    }),
  );
}

/** The error for a tensor that holds NaN or infinite weights. */
export function nonFiniteWeights({ file, name }: TensorEntry): UserError {
  return new UserError(`${file}: tensor ${name} holds NaN or infinite weights`, 'Download or train the model again.');
}

type Windows = (bytes: number) => readonly (readonly [offset: number, length: number])[];

function firstNonFinite(tensors: Iterable<TensorEntry>, windows: Windows): TensorEntry | undefined {
  const buffer = new ArrayBuffer(CHUNK_BYTES);
  const open = new Map<string, number>();
  try {
    for (const tensor of tensors) {
      const descriptor = open.get(tensor.file) ?? openSync(tensor.file, 'r');
      open.set(tensor.file, descriptor);
      for (const [offset, length] of windows(tensor.bytes)) {
        const read = readSync(descriptor, new Uint8Array(buffer, 0, length), 0, length, tensor.offset + offset);
        if (holdsNonFinite(buffer, read, tensor.dtype)) return tensor;
      }
    }
    return undefined;
  } finally {
    for (const descriptor of open.values()) closeSync(descriptor);
  }
}

/** All exponent bits set: infinity or NaN. */
const exponents: Record<StoredType, number> = { F32: 0x7f800000, F16: 0x7c00, BF16: 0x7f80 };

function holdsNonFinite(buffer: ArrayBuffer, bytes: number, dtype: StoredType): boolean {
  const words = dtype === 'F32' ? new Uint32Array(buffer, 0, bytes >> 2) : new Uint16Array(buffer, 0, bytes >> 1);
  const exponent = exponents[dtype];
  for (let i = 0; i < words.length; i += 1) if ((words[i]! & exponent) === exponent) return true;
  return false;
}
