import type { Gemm } from '../gemm';
import type { SymmetricMatrix } from './symmetric';

/** Rows multiplied at a time: bounds the float64 product beside the rows that are asked for. */
const ROWS = 128;

/**
 * Angular similarity 1 − arccos(cos)/π of decoder directions, float64 throughout (float32 cosines near 1 would be off by
 * 5e-4 after the arccosine), rounded to float32. A row of zeros has cosine 0 with all: similarity ½.
 * @param decoder f32 [features, width]
 * @param kept i32: features in ascending order
 */
export function angularMatrix(decoder: Float32Array, width: number, kept: Int32Array, gemm: Gemm): SymmetricMatrix {
  const size = kept.length;
  const directions = unitRows(decoder, width, kept);
  const all = { data: directions, dims: [size, width] };
  return {
    size,
    async rows(from, to, out) {
      for (let first = from; first < to; first += ROWS) {
        const last = Math.min(first + ROWS, to);
        const some = { data: directions.subarray(first * width, last * width), dims: [last - first, width] };
        const { data: cosines } = await gemm.multiply(some, all, { transposeB: true });
        const start = (first - from) * size;
        for (let e = 0; e < cosines.length; e++) out[start + e] = angularSimilarity(cosines[e]!);
      }
    },
  };
}

/** 1 − arccos(cos)/π, the cosine clipped to [−1, 1]. */
export function angularSimilarity(cosine: number): number {
  return 1 - Math.acos(cosine > 1 ? 1 : cosine < -1 ? -1 : cosine) / Math.PI;
}

/** f64 [kept, width]: rows of length one; a row of zeros stays. */
function unitRows(decoder: Float32Array, width: number, kept: Int32Array): Float64Array {
  const rows = new Float64Array(kept.length * width);
  kept.forEach((feature, i) => {
    let squares = 0;
    for (let c = 0; c < width; c++) squares += decoder[feature * width + c]! ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let c = 0; c < width; c++) rows[i * width + c] = decoder[feature * width + c]! * scale;
  });
  return rows;
}
