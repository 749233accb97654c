import { F16_TO_F32 } from './dequantise-half';

/** Six-bit scales and minima of the eight sub-blocks of one Q4_K or Q5_K block, unpacked from their 12 bytes at `at`. */
function unpackScales(source: Uint8Array, at: number, scales: Uint8Array, minima: Uint8Array): void {
  for (let i = 0; i < 4; i += 1) {
    const low = source[at + i]!;
    const middle = source[at + 4 + i]!;
    const high = source[at + 8 + i]!;
    scales[i] = low & 63;
    minima[i] = middle & 63;
    scales[4 + i] = (high & 15) | ((low >> 2) & 48);
    minima[4 + i] = (high >> 4) | ((middle >> 2) & 48);
  }
}

/** Q4_K: 256 elements in 144 bytes: f16 scale, f16 scale of minima, 12 bytes of sub-block scales, 128 bytes of nibbles. */
export function dequantiseQ4K(source: Uint8Array, target: Float32Array): void {
  const scales = new Uint8Array(8);
  const minima = new Uint8Array(8);
  for (let at = 0, o = 0; o < target.length; at += 144) {
    const d = F16_TO_F32[source[at]! | (source[at + 1]! << 8)]!;
    const dMin = F16_TO_F32[source[at + 2]! | (source[at + 3]! << 8)]!;
    unpackScales(source, at + 4, scales, minima);
    for (let sub = 0; sub < 8; sub += 1, o += 32) {
      const scale = d * scales[sub]!;
      const minimum = dMin * minima[sub]!;
      const nibbles = at + 16 + (sub >> 1) * 32;
      const shift = (sub & 1) * 4;
      for (let i = 0; i < 32; i += 1) target[o + i] = scale * ((source[nibbles + i]! >> shift) & 15) - minimum;
    }
  }
}

/** Q5_K: 256 elements in 176 bytes: as Q4_K, with 32 bytes of fifth bits (bit k of byte i: element i of sub-block k) before the nibbles. */
export function dequantiseQ5K(source: Uint8Array, target: Float32Array): void {
  const scales = new Uint8Array(8);
  const minima = new Uint8Array(8);
  for (let at = 0, o = 0; o < target.length; at += 176) {
    const d = F16_TO_F32[source[at]! | (source[at + 1]! << 8)]!;
    const dMin = F16_TO_F32[source[at + 2]! | (source[at + 3]! << 8)]!;
    unpackScales(source, at + 4, scales, minima);
    for (let sub = 0; sub < 8; sub += 1, o += 32) {
      const scale = d * scales[sub]!;
      const minimum = dMin * minima[sub]!;
      const nibbles = at + 48 + (sub >> 1) * 32;
      const shift = (sub & 1) * 4;
      for (let i = 0; i < 32; i += 1) {
        const high = (source[at + 16 + i]! >> sub) & 1;
        target[o + i] = scale * (((source[nibbles + i]! >> shift) & 15) | (high << 4)) - minimum;
      }
    }
  }
}

/** Q6_K: 256 elements in 210 bytes: 128 bytes of low nibbles, 64 of high bit pairs, 16 signed sub-block scales, f16 scale. */
export function dequantiseQ6K(source: Uint8Array, target: Float32Array): void {
  for (let at = 0, o = 0; o < target.length; at += 210) {
    const d = F16_TO_F32[source[at + 208]! | (source[at + 209]! << 8)]!;
    for (let group = 0; group < 8; group += 1, o += 32) {
      const half = group >> 2;
      const low = at + half * 64 + (group & 1) * 32;
      const lowShift = ((group >> 1) & 1) * 4;
      const high = at + 128 + half * 32;
      const highShift = (group & 3) * 2;
      const first = d * ((source[at + 192 + 2 * group]! << 24) >> 24);
      const second = d * ((source[at + 193 + 2 * group]! << 24) >> 24);
      for (let i = 0; i < 32; i += 1) {
        const q = ((source[low + i]! >> lowShift) & 15) | (((source[high + i]! >> highShift) & 3) << 4);
        target[o + i] = (i < 16 ? first : second) * (q - 32);
      }
    }
  }
}
