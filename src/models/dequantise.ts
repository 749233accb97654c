import { dequantiseQ4K, dequantiseQ5K, dequantiseQ6K } from './dequantise-k';
import { F16_TO_F32 } from './dequantise-half';

/** Stored tensor types that Brainlens reads from GGUF. */
export type GgufType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q4_K' | 'Q5_K' | 'Q6_K';

/** Layout of one stored type: `id` in the file, elements per block and bytes per block. */
export interface BlockLayout {
  readonly id: number;
  readonly elements: number;
  readonly bytes: number;
}

/** Type ids and block sizes as in ggml (`GGML_QUANT_SIZES` of the `gguf` package). */
export const BLOCK_LAYOUTS: Readonly<Record<GgufType, BlockLayout>> = {
  F32: { id: 0, elements: 1, bytes: 4 },
  F16: { id: 1, elements: 1, bytes: 2 },
  BF16: { id: 30, elements: 1, bytes: 2 },
  Q8_0: { id: 8, elements: 32, bytes: 34 },
  Q4_0: { id: 2, elements: 32, bytes: 18 },
  Q4_1: { id: 3, elements: 32, bytes: 20 },
  Q5_0: { id: 6, elements: 32, bytes: 22 },
  Q5_1: { id: 7, elements: 32, bytes: 24 },
  Q4_K: { id: 12, elements: 256, bytes: 144 },
  Q5_K: { id: 13, elements: 256, bytes: 176 },
  Q6_K: { id: 14, elements: 256, bytes: 210 },
};

/** Bytes that `elements` values of a type take (`elements` a multiple of the block's). */
export function storedBytes(type: GgufType, elements: number): number {
  const { elements: perBlock, bytes } = BLOCK_LAYOUTS[type];
  return (elements / perBlock) * bytes;
}

/**
 * Float32 values of whole blocks, element for element what ggml's reference dequantisation gives.
 *
 * Bit-exact with float32 arithmetic: a float16 scale has 11 significant bits and its products with the small integers of
 * a block at most 24, so every product is exact in float32; a sum of two of them is exact in float64 and rounded once, on
 * the store.
 * @param source `target.length` elements of the stored type, little-endian
 * @param target f32, length a multiple of the type's block
 */
export function dequantise(type: GgufType, source: Uint8Array, target: Float32Array): void {
  if (source.byteLength !== storedBytes(type, target.length)) {
    throw new RangeError(`${target.length} ${type} values do not take ${source.byteLength} bytes`);
  }
  DEQUANTISERS[type](source, target);
}

type Dequantiser = (source: Uint8Array, target: Float32Array) => void;

const DEQUANTISERS: Readonly<Record<GgufType, Dequantiser>> = {
  F32: (source, target) => bytesOf(target).set(source),
  F16: (source, target) => {
    for (let i = 0; i < target.length; i += 1) target[i] = halfAt(source, 2 * i);
  },
  BF16: (source, target) => {
    const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let i = 0; i < words.length; i += 1) words[i] = (source[2 * i]! << 16) | (source[2 * i + 1]! << 24);
  },
  Q8_0: dequantiseQ8,
  Q4_0: dequantiseQ4,
  Q4_1: dequantiseQ4WithMinimum,
  Q5_0: dequantiseQ5,
  Q5_1: dequantiseQ5WithMinimum,
  Q4_K: dequantiseQ4K,
  Q5_K: dequantiseQ5K,
  Q6_K: dequantiseQ6K,
};

function dequantiseQ8(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 34, o += 32) {
    const scale = halfAt(source, at);
    for (let i = 0; i < 32; i += 1) target[o + i] = ((source[at + 2 + i]! << 24) >> 24) * scale;
  }
}

function dequantiseQ4(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 18, o += 32) {
    const scale = halfAt(source, at);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 2 + i]!;
      target[o + i] = scale * ((pair & 15) - 8);
      target[o + 16 + i] = scale * ((pair >> 4) - 8);
    }
  }
}

function dequantiseQ4WithMinimum(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 20, o += 32) {
    const scale = halfAt(source, at);
    const minimum = halfAt(source, at + 2);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 4 + i]!;
      target[o + i] = scale * (pair & 15) + minimum;
      target[o + 16 + i] = scale * (pair >> 4) + minimum;
    }
  }
}

function dequantiseQ5(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 22, o += 32) {
    const scale = halfAt(source, at);
    const high = wordAt(source, at + 2);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 6 + i]!;
      target[o + i] = scale * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16);
      target[o + 16 + i] = scale * (((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16);
    }
  }
}

function dequantiseQ5WithMinimum(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 24, o += 32) {
    const scale = halfAt(source, at);
    const minimum = halfAt(source, at + 2);
    const high = wordAt(source, at + 4);
    for (let i = 0; i < 16; i += 1) {
      const pair = source[at + 8 + i]!;
      target[o + i] = scale * ((pair & 15) | (((high >>> i) & 1) << 4)) + minimum;
      target[o + 16 + i] = scale * ((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) + minimum;
    }
  }
}

function halfAt(source: Uint8Array, at: number): number {
  return F16_TO_F32[source[at]! | (source[at + 1]! << 8)]!;
}

function wordAt(source: Uint8Array, at: number): number {
  return source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
