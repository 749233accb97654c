import type { FeatureActivations, Sae } from '../../data/sae/sae';
import { UserError } from '../../shared/errors';
import { loadGraph } from '../runtime';
import type { Feed, LoadedGraph } from '../runtime';
import { Port, decoderGraph, encoderGraph } from './graph';
import { NearCounter } from './near';
import { scaleBack } from './scale-back';
import { SparseRows } from './sparse-rows';

/** Runs one SAE on rows of a layer's residual stream, through ONNX Runtime. */
export interface SaeEncoder {
  /**
   * Feature activations of rows x f32 [rows, width].
   * @param firesAbove what counts as firing: where it is given, pre-activations within 1e-5 of the value that decides (the
   *   larger of it and the SAE's own threshold; relative to it above 1) are counted as `nearThreshold`, on both sides. With
   *   TopK only those among the k largest: how near the next one came is not seen.
   * @throws UserError where the result is not finite
   */
  encode(x: Float32Array, firesAbove?: number): Promise<FeatureActivations>;
  /** Reconstructions of rows: f32 [rows, width], in the model's own scale. @param x the same rows (for norms to bring back) */
  decode(activations: FeatureActivations, x: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Bytes of dense activations at a time. */
const DENSE_BYTES = 2 ** 26;
/** More rows make the matrix product no faster. */
const MOST_ROWS = 4096;
/** A GEMM does as much in the time that a sparse sum takes for one of so many features. */
const DENSE_SHARE = 64;

/**
 * An SAE as ONNX graphs over its weights in place. Rows go through in batches whose dense activations take 64 MB at
 * most, so that memory does not depend on their number.
 * @param threads cores for one product
 */
export async function makeSaeEncoder(sae: Sae, threads: number): Promise<SaeEncoder> {
  const encoder = await loadGraph(encoderGraph(sae), threads);
  // Only a dense reconstruction needs it.
  let decoder: Promise<LoadedGraph> | undefined;
  return {
    encode: (x, firesAbove) => encodeRows(sae, encoder, x, firesAbove),
    decode: async (activations, x) => {
      const y = new Float32Array(x.length);
      if (isDense(sae, activations)) {
        decoder ??= loadGraph(decoderGraph(sae), threads);
        await decodeDense(sae, await decoder, activations, y);
      } else decodeSparse(sae, activations, y);
      scaleBack(y, x, sae.width, sae.input);
      return y;
    },
    dispose: async () => {
      await encoder.release();
      await (await decoder)?.release();
    },
  };
}

function batchRows({ features }: Sae): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(DENSE_BYTES / (4 * features))));
}

async function encodeRows(
  sae: Sae,
  graph: LoadedGraph,
  x: Float32Array,
  firesAbove: number | undefined,
): Promise<FeatureActivations> {
  const { features, width, activation } = sae;
  const rows = rowsOf(x, width);
  requireFiniteRows(sae, x);
  const step = Math.min(rows, batchRows(sae));
  const weights: Record<string, Feed> = {
    [Port.encoder]: { data: sae.encoder, dims: [features, width] },
    [Port.encoderBias]: { data: sae.encoderBias, dims: [features] },
    ...(sae.input.subtractDecoderBias && { [Port.decoderBias]: { data: sae.decoderBias, dims: [width] } }),
  };
  const k = activation.kind === 'topk' ? activation.k : 0;
  const thresholds = thresholdsOf(sae);
  const near = firesAbove === undefined ? undefined : new NearCounter(thresholds, firesAbove);
  const found = new SparseRows(rows, k > 0 ? rows * k : rows * 64, near);
  // One array for all batches: a new one for each would wait for the garbage collector, 64 MB at a time.
  const dense = k > 0 ? undefined : new Float32Array(step * features);
  for (let from = 0; from < rows; from += step) {
    const count = Math.min(step, rows - from);
    const feeds = {
      ...weights,
      [Port.rows]: { data: x.subarray(from * width, (from + count) * width), dims: [count, width] },
    };
    if (dense === undefined) {
      const top = await graph.run(feeds, [Port.values, Port.features]);
      found.addTop(top.values, top.features, count, k);
    } else {
      const data = dense.subarray(0, count * features);
      await graph.run(feeds, [Port.activations], { [Port.activations]: { data, dims: [count, features] } });
      found.addDense(data, count, thresholds);
    }
  }
  const result = found.result();
  if (!result.values.every(Number.isFinite)) throw notFinite(sae, 'gives infinite activations');
  return result;
}

/** ReLU is a threshold of 0; a negative threshold of JumpReLU cannot let anything below 0 through. */
function thresholdsOf({ activation, features }: Sae): Float32Array {
  if (activation.kind !== 'jumprelu') return new Float32Array(features);
  return activation.threshold.map((threshold) => Math.max(0, threshold));
}

function isDense({ features }: Sae, { starts, features: entries }: FeatureActivations): boolean {
  return entries.length * DENSE_SHARE > (starts.length - 1) * features;
}

/** Sums decoder rows in float64. */
function decodeSparse({ decoder, decoderBias, width }: Sae, activations: FeatureActivations, y: Float32Array): void {
  const { starts, features, values } = activations;
  const sum = new Float64Array(width);
  for (let row = 0; row + 1 < starts.length; row++) {
    sum.set(decoderBias);
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
      const value = values[entry]!;
      const from = features[entry]! * width;
      for (let i = 0; i < width; i++) sum[i]! += value * decoder[from + i]!;
    }
    y.set(sum, row * width);
  }
}

async function decodeDense(
  sae: Sae,
  graph: LoadedGraph,
  activations: FeatureActivations,
  y: Float32Array,
): Promise<void> {
  const { features, width } = sae;
  const rows = activations.starts.length - 1;
  const step = Math.min(rows, batchRows(sae));
  const dense = new Float32Array(step * features);
  for (let from = 0; from < rows; from += step) {
    const count = Math.min(step, rows - from);
    dense.fill(0);
    for (let row = 0; row < count; row++) {
      for (let entry = activations.starts[from + row]!; entry < activations.starts[from + row + 1]!; entry++) {
        dense[row * features + activations.features[entry]!] = activations.values[entry]!;
      }
    }
    const { y: part } = await graph.run(
      {
        [Port.activations]: { data: dense.subarray(0, count * features), dims: [count, features] },
        [Port.decoder]: { data: sae.decoder, dims: [features, width] },
        [Port.decoderBias]: { data: sae.decoderBias, dims: [width] },
      },
      [Port.reconstruction],
    );
    y.set(part, from * width);
  }
}

function rowsOf(x: Float32Array, width: number): number {
  if (x.length % width !== 0) throw new RangeError(`${x.length} numbers are no rows of ${width}`);
  return x.length / width;
}

/** Only non-finite rows, or a row of zeros whose norm divides it, can make NaN, which no threshold would show. */
function requireFiniteRows(sae: Sae, x: Float32Array): void {
  const { normalise } = sae.input;
  for (let from = 0; from < x.length; from += sae.width) {
    let squares = 0;
    for (let at = from; at < from + sae.width; at++) squares += x[at]! * x[at]!;
    if (!Number.isFinite(squares)) throw notFinite(sae, 'was given activations that are NaN or infinite');
    if (squares === 0 && normalise.kind === 'constant-norm') throw notFinite(sae, 'was given a token of norm 0');
  }
}

function notFinite({ path }: Sae, what: string): UserError {
  return new UserError(`The SAE ${path} ${what}`, 'Check that it belongs to this model and layer.');
}
