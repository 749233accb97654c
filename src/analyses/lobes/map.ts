import { nearestNeighbours } from '../../math/neighbours/nearest';
import { principalComponents } from '../../math/projection/pca';
import { startUmap } from '../../math/projection/umap-thread';
import type { UmapRun } from '../../math/projection/umap-thread';
import type { Progress } from '../../shared/progress';
import { remembered } from './work';
import type { Work } from './work';

/** Neighbours of a feature besides itself: UMAP's usual 15 with it. */
const NEIGHBOURS = 14;
/** Below so many features there is nothing to lay out. */
const FEWEST = 20;
/** Time between two looks at how far the worker is. */
const LOOK_MS = 300;

/** Where every feature lies. */
export interface FeatureMap {
  /** f32 [features, 3] */
  readonly pca: Float32Array;
  /** Share of the variance in each component. */
  readonly pcaShares: readonly number[];
  /** f32 [features, 2] and f32 [features, 3]; absent where only principal components were asked for. */
  readonly umap2?: Float32Array;
  readonly umap3?: Float32Array;
}

/** Maps that are being drawn in a worker while other work goes on. */
export interface MapRun {
  finish(): AsyncGenerator<Progress, FeatureMap>;
  /** Ends the worker, for a run that failed. */
  stop(): void;
}

/**
 * Principal components of the decoder's rows, and UMAP of their directions (Euclidean distance of unit rows, which orders
 * as the cosine does) started in a worker thread.
 */
export async function* startMap(work: Work): AsyncGenerator<Progress, MapRun> {
  const { source, spec, context, gemm, checkpoint } = work;
  const { decoder, width, features } = source;
  const components = Math.min(3, width, features - 1);
  yield { phase: 'Principal components', done: 0, total: 1, unit: 'steps' };
  const found = await principalComponents(decoder, width, components, gemm, work.random('pca'));
  const pca = padded(found.scores, components);
  const pcaShares = [...found.shares];
  if (spec.map === 'pca' || features < FEWEST) {
    return { stop: () => undefined, finish: () => done({ pca, pcaShares }) };
  }
  const known = [await checkpoint.read('umap/2'), await checkpoint.read('umap/3')];
  if (known.every((layout) => layout !== undefined)) {
    const [umap2, umap3] = known.map((layout) => Float32Array.from(layout)) as [Float32Array, Float32Array];
    return { stop: () => undefined, finish: () => done({ pca, pcaShares, umap2, umap3 }) };
  }
  const neighbours = yield* nearestNeighbours(unitRows(decoder, width), width, NEIGHBOURS, {
    gemm,
    signal: context.signal,
    unit: 'features',
  });
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const start = (of: number): UmapRun =>
    startUmap({ neighbours, start: columns(pca, of), components: of, seed: context.seed }, signal);
  const plane = start(2);
  // One after the other: a run takes one core beside those of the products.
  const space = plane.layout.then(() => start(3));
  space.catch(() => undefined);
  return {
    stop: () => ended.abort(),
    async *finish() {
      const umap2 = yield* waited(work, 'umap/2', plane);
      return { pca, pcaShares, umap2, umap3: yield* waited(work, 'umap/3', await space) };
    },
  };
}

async function* done(map: FeatureMap): AsyncGenerator<Progress, FeatureMap> {
  yield { phase: 'Map of features', done: 1, total: 1, unit: 'maps' };
  return map;
}

async function* waited(work: Work, name: string, run: UmapRun): AsyncGenerator<Progress, Float32Array> {
  return yield* remembered(
    work,
    name,
    (data) => Float32Array.from(data),
    async function* () {
      for (;;) {
        const { done: epochs, total } = run.progress;
        yield { phase: 'Map of features', done: epochs, total, unit: 'epochs' };
        const first = await Promise.race([run.layout, later(LOOK_MS)]);
        if (first !== undefined) return first;
      }
    },
  );
}

function later(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(undefined);
    }, milliseconds);
  });
}

/** f64 rows of length one; a row of zeros stays. */
function unitRows(rows: Float32Array, width: number): Float64Array {
  const unit = Float64Array.from(rows);
  for (let at = 0; at < unit.length; at += width) {
    const row = unit.subarray(at, at + width);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0) row.forEach((value, j) => (row[j] = value / norm));
  }
  return unit;
}

/** Three columns, the missing ones zero. */
function padded(scores: Float32Array, components: number): Float32Array {
  if (components === 3) return scores;
  const out = new Float32Array((scores.length / components) * 3);
  scores.forEach((score, at) => (out[Math.floor(at / components) * 3 + (at % components)] = score));
  return out;
}

/** The first `count` of three columns. */
function columns(scores: Float32Array, count: number): Float32Array {
  return Float32Array.from({ length: (scores.length / 3) * count }, (_, at) => {
    return scores[Math.floor(at / count) * 3 + (at % count)]!;
  });
}
