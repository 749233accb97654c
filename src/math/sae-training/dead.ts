import type { Gemm } from '../gemm';
import type { Parameters, SaeSize } from './state';

/** How dead features are brought back. */
export interface DeadFeatures {
  /** Their indices, ascending. */
  readonly indices: Int32Array;
  /** Of a token's dead features this many of the largest pre-activations model what the SAE left over. */
  readonly k: number;
  /** Weight of that loss. */
  readonly coefficient: number;
}

/** What the dead features' loss works on. */
export interface DeadContext {
  readonly gemm: Gemm;
  readonly size: SaeSize;
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  readonly dead: DeadFeatures;
}

/** The batch, as the forward pass left it. */
export interface DeadBatch {
  /** Pre-activations f32 [rows, features]. */
  readonly before: Float32Array;
  readonly rows: number;
  readonly variance: number;
  /** x̂ − x, f32 [≥ rows, width]. */
  readonly residual: Float32Array;
  /** x − b_dec, f32 [≥ rows, width]. */
  readonly centred: Float32Array;
}

/**
 * The auxiliary loss of Gao et al. 2024 (Scaling and evaluating sparse autoencoders, A.2): the dead features of largest
 * pre-activation, without the decoder's bias, model what the SAE left over: mean ‖(x − x̂) − ê‖² / variance, in which x̂ is
 * taken as given. Adds its gradients, weighted. With hundreds of dead features per token products of dense matrices are
 * cheaper than visits one by one.
 * @returns the loss, unweighted
 */
export async function deadPass(context: DeadContext, batch: DeadBatch): Promise<number> {
  const { gemm, size, parameters, gradients, dead } = context;
  const { rows, variance } = batch;
  const { width } = size;
  const { indices } = dead;
  const count = indices.length;
  const chosen = { data: strongest(batch, size.features, dead), dims: [rows, count] };
  const decoder = { data: gather(parameters.decoder, indices, width), dims: [count, width] };
  const left = await gemm.multiply(chosen, decoder);
  const error = addTo(left.data as unknown as Float32Array, batch.residual);
  const errors = { data: error, dims: [rows, width] };
  const scale = (2 * dead.coefficient) / (rows * variance);
  const forDecoder = await gemm.multiply(chosen, errors, { transposeA: true });
  scatter(gradients.decoder, forDecoder.data, indices, width, scale);
  const slopes = await gemm.multiply(errors, decoder, { transposeB: true });
  const biases = mask(slopes.data as unknown as Float32Array, chosen.data, count);
  const inputs = { data: batch.centred.subarray(0, rows * width), dims: [rows, width] };
  const forEncoder = await gemm.multiply(slopes, inputs as unknown as typeof slopes, { transposeA: true });
  scatter(gradients.encoder, forEncoder.data, indices, width, scale);
  scatter(gradients.encoderBias, biases, indices, 1, scale);
  return sumOfSquares(error) / (rows * variance);
}

/** f32 [rows, dead]: of each row the k largest positive pre-activations among the dead, elsewhere 0. */
function strongest({ before, rows }: DeadBatch, features: number, { indices, k }: DeadFeatures): Float32Array {
  const count = indices.length;
  const chosen = new Float32Array(rows * count);
  const sorted = new Float32Array(count);
  for (let row = 0; row < rows; row++) {
    const from = row * features;
    for (let j = 0; j < count; j++) chosen[row * count + j] = Math.max(0, before[from + indices[j]!]!);
    if (count > k) keepLargest(chosen.subarray(row * count, (row + 1) * count), k, sorted);
  }
  return chosen;
}

/** Zeroes all but the k largest; of those equal to the k-th, the first stay. */
function keepLargest(values: Float32Array, k: number, sorted: Float32Array): void {
  sorted.set(values);
  sorted.sort();
  const smallest = sorted[sorted.length - k]!;
  let equal = k;
  for (const value of values) if (value > smallest) equal -= 1;
  for (let j = 0; j < values.length; j++) {
    if (values[j]! > smallest) continue;
    if (values[j]! === smallest && equal > 0) equal -= 1;
    else values[j] = 0;
  }
}

function gather(from: Float32Array, rows: Int32Array, width: number): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((row, j) => gathered.set(from.subarray(row * width, (row + 1) * width), j * width));
  return gathered;
}

function scatter(
  into: Float32Array,
  from: Float32Array | Float64Array,
  rows: Int32Array,
  width: number,
  scale: number,
): void {
  rows.forEach((row, j) => {
    for (let c = 0; c < width; c++) into[row * width + c]! += scale * from[j * width + c]!;
  });
}

function addTo(sum: Float32Array, other: Float32Array): Float32Array {
  for (let i = 0; i < sum.length; i++) sum[i]! += other[i]!;
  return sum;
}

/** Zeroes the slopes of what was not chosen. @returns their sums over the rows, f64 [dead] */
function mask(slopes: Float32Array, chosen: Float32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let from = 0; from < slopes.length; from += count) {
    for (let j = 0; j < count; j++) {
      if (chosen[from + j]! > 0) sums[j]! += slopes[from + j]!;
      else slopes[from + j] = 0;
    }
  }
  return sums;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
