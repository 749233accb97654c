import { basename } from 'node:path';
import { readNpyFile } from '../../data/npy-file';
import type { NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import type { LayerFeatures, Recording, Target } from './data';

/**
 * Bare arrays: features [n, width] or [n, layers, width], responses [n, units] with NaN for missing values.
 * @throws UserError for other shapes, numbers of rows that differ, and features that are not finite
 */
export async function readArrays(
  features: string,
  responses: string,
  context: RunContext,
): Promise<{ readonly features: LayerFeatures; readonly recording: Recording }> {
  context.recordInput(features, 'features');
  context.recordInput(responses, 'responses');
  const x = await readNpyFile(features);
  const y = await readNpyFile(responses);
  const rows = x.shape[0] ?? 0;
  if ((x.shape.length !== 2 && x.shape.length !== 3) || x.data.length === 0) {
    throw new UserError(
      `${features} has shape (${x.shape.join(', ')}) where --features wants [n, width] or [n, layers, width]`,
      'Save it in one of these.',
    );
  }
  const whole = y.shape.length === 1 ? { ...y, shape: [y.shape[0]!, 1] } : y;
  if (whole.shape.length !== 2 || whole.data.length === 0) {
    throw new UserError(
      `${responses} has shape (${y.shape.join(', ')}) where --responses wants [n, units]`,
      'Save it so.',
    );
  }
  if (whole.shape[0] !== rows) {
    throw new UserError(
      `${features} has ${rows} rows and ${responses} has ${whole.shape[0]}`,
      'Give one row of each for every stimulus, in the same order.',
    );
  }
  requireFinite(x, features);
  requireNoInfinity(whole, responses);
  warnOfConstantLayers(x, context);
  return { features: layersIn(x), recording: bareRecording(responses, whole) };
}

/** A layer whose features are the same for all rows predicts the mean, and scores 0. */
function warnOfConstantLayers({ data, shape }: NdArray, context: RunContext): void {
  const layers = shape.length === 2 ? 1 : shape[1]!;
  const width = shape.at(-1)!;
  const constant = Array.from({ length: layers }, (_, layer) => layer).filter((layer) => {
    for (let at = layer * width; at < data.length; at += layers * width) {
      for (let j = 0; j < width; j += 1) if (data[at + j] !== data[layer * width + j]) return false;
    }
    return true;
  });
  if (constant.length === 0) return;
  context.warn(
    `Features of layer ${constant.join(', ')} are the same for all rows: nothing can be predicted (score 0).`,
  );
}

function layersIn({ data, shape }: NdArray): LayerFeatures {
  const [rows, layers, width] = shape.length === 2 ? [shape[0]!, 1, shape[1]!] : (shape as [number, number, number]);
  const make = (length: number): Float32Array | Float64Array =>
    data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  return {
    layers: Array.from({ length: layers }, (_, layer) => layer),
    of: layers,
    width,
    layer: (i) => {
      const out = make(rows * width);
      for (let row = 0; row < rows; row += 1) {
        const at = (row * layers + i) * width;
        out.set(data.subarray(at, at + width), row * width);
      }
      return Promise.resolve(out);
    },
  };
}

function bareRecording(file: string, { data, shape }: NdArray): Recording {
  const [rows, units] = shape as [number, number];
  return {
    name: basename(file),
    simulated: false,
    granularity: 'rows',
    rows,
    targets: Array.from({ length: units }, (_, i) => bareTarget(String(i))),
    responses: Float64Array.from(data),
    labels: {},
    runs: [],
    stretches: [],
    span: 0,
  };
}

function bareTarget(id: string): Target {
  return { id, subject: '', summary: false, covariates: {}, labels: {}, ceiling: NaN };
}

function requireFinite({ data, shape }: NdArray, file: string): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new UserError(
    `${file} holds ${data[at]} at ${placeIn(shape, at)}`,
    'Features must be finite: leave such rows out of both files, or mend them.',
  );
}

function requireNoInfinity({ data, shape }: NdArray, file: string): void {
  const at = data.findIndex((value) => value === Infinity || value === -Infinity);
  if (at < 0) return;
  throw new UserError(`${file} holds ${data[at]} at ${placeIn(shape, at)}`, 'Write NaN where a response is missing.');
}

function placeIn(shape: readonly number[], index: number): string {
  const place: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${place.join(', ')}]`;
}
