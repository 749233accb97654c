import type { SimdMemory } from './memory';
import type { SaeSize, TrainingState } from './state';

/** Adam's usual constants (Kingma & Ba 2015). */
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * One step of Adam on gradients that lie in the state: the decoder's lose their part along each row, for a row's length
 * means nothing (the norm is put back to 1 afterwards); then all together are scaled down to norm `clip`.
 * @returns the norm before it was clipped
 */
export function update(memory: SimdMemory, size: SaeSize, state: TrainingState, rate: number, clip: number): number {
  const { parameters, gradients, means, squares } = state;
  projectDecoder(memory, size, state);
  const norm = normOf(memory, size, gradients.all);
  const shrink = norm > clip ? clip / norm : 1;
  state.step += 1;
  const unbiased = Math.sqrt(1 - BETA2 ** state.step);
  memory.simd.adam(
    parameters.all.byteOffset,
    gradients.all.byteOffset,
    means.all.byteOffset,
    squares.all.byteOffset,
    parameters.all.length,
    shrink,
    BETA1,
    BETA2,
    (rate * unbiased) / (1 - BETA1 ** state.step),
    EPSILON * unbiased,
  );
  normaliseDecoder(memory, size, parameters.decoder);
  return norm;
}

/** Brings every row of a decoder to length 1. */
export function normaliseDecoder({ simd }: SimdMemory, { features, width }: SaeSize, decoder: Float32Array): void {
  for (let feature = 0; feature < features; feature++) {
    const at = decoder.byteOffset + feature * width * 4;
    const norm = Math.sqrt(simd.dot(at, at, width));
    if (norm > 0) simd.axpy(at, at, 1 / norm - 1, width);
  }
}

function projectDecoder(
  { simd }: SimdMemory,
  { features, width }: SaeSize,
  { parameters, gradients }: TrainingState,
): void {
  for (let feature = 0; feature < features; feature++) {
    const row = parameters.decoder.byteOffset + feature * width * 4;
    const gradient = gradients.decoder.byteOffset + feature * width * 4;
    const along = simd.dot(row, gradient, width);
    if (along !== 0) simd.axpy(gradient, row, -along, width);
  }
}

/** Row by row in float32, the rows in float64. */
function normOf({ simd }: SimdMemory, { width }: SaeSize, values: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += width) {
    const offset = values.byteOffset + at * 4;
    sum += simd.dot(offset, offset, Math.min(width, values.length - at));
  }
  return Math.sqrt(sum);
}
