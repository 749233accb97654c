import type { Split } from '../folds';
import type { Gemm } from '../gemm';
import { symmetricEigen } from '../eigen';
import type { CentredRows } from './training-set';

/**
 * Features of a fold: standardised with the training rows' mean and s.d. (ddof 0; 0 → 1).
 * @param features [rows, width], row-major
 */
export function standardised(
  features: Float32Array | Float64Array,
  width: number,
  { train, test }: Split,
): CentredRows {
  const data = gathered(features, width, [train, test]);
  const count = train.length * width;
  const means = new Float64Array(width);
  for (let from = 0; from < count; from += width) {
    for (let j = 0; j < width; j++) means[j]! += data[from + j]!;
  }
  for (let j = 0; j < width; j++) means[j]! /= train.length;
  const squares = new Float64Array(width);
  for (let from = 0; from < data.length; from += width) {
    for (let j = 0; j < width; j++) data[from + j]! -= means[j]!;
    if (from >= count) continue;
    for (let j = 0; j < width; j++) squares[j]! += data[from + j]! * data[from + j]!;
  }
  const scales = squares.map((square, j) =>
    square > 0 && varies(data, j, width, count) ? 1 / Math.sqrt(square / train.length) : 1,
  );
  for (let from = 0; from < data.length; from += width) {
    for (let j = 0; j < width; j++) data[from + j]! *= scales[j]!;
  }
  return { data, width, training: train.length, outside: test.length };
}

function gathered(features: Float32Array | Float64Array, width: number, parts: readonly Int32Array[]): Float64Array {
  const data = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0) * width);
  let to = 0;
  for (const rows of parts) {
    for (const row of rows) {
      data.set(features.subarray(row * width, (row + 1) * width), to);
      to += width;
    }
  }
  return data;
}

/** A constant column's mean may be off by rounding, and its s.d. then is not 0. */
function varies(data: Float64Array, column: number, width: number, count: number): boolean {
  for (let at = column + width; at < count; at += width) if (data[at] !== data[column]) return true;
  return false;
}

/**
 * Scores of the first principal components of the training rows, for all rows; the rows themselves where that many
 * components would only rotate them.
 */
export async function principalScores(gemm: Gemm, rows: CentredRows, components: number): Promise<CentredRows> {
  const { data, width, training, outside } = rows;
  if (components >= Math.min(training - 1, width)) return rows;
  const z = { data: data.subarray(0, training * width), dims: [training, width] };
  const all = { data, dims: [training + outside, width] };
  const small = Math.min(training, width);
  const gram = await gemm.multiply(z, z, training < width ? { transposeB: true } : { transposeA: true });
  const { values, vectors } = symmetricEigen(gram.data, small);
  const top = { data: vectors.slice(0, components * small), dims: [components, small] };
  if (training >= width) {
    const { data: scores } = await gemm.multiply(all, top, { transposeB: true });
    return { ...rows, data: scores, width: components };
  }
  for (let component = 0; component < components; component++) {
    // A component without variance carries nothing, whatever direction rounding gives it.
    const scale = values[component]! > values[0]! * small * Number.EPSILON ? 1 / Math.sqrt(values[component]!) : 0;
    for (let i = 0; i < small; i++) top.data[component * small + i]! *= scale;
  }
  const axes = await gemm.multiply(top, z);
  const { data: scores } = await gemm.multiply(all, axes, { transposeB: true });
  return { ...rows, data: scores, width: components };
}
