import { UMAP } from 'umap-js';
import type { Neighbours } from '../neighbours/nearest';
import { Random } from '../random';

/** What a layout is made from; plain data, so that it can be sent to a worker. */
export interface UmapRequest {
  readonly neighbours: Neighbours;
  /** f32 [points, components]: where the points start; principal components keep the large scale. */
  readonly start: Float32Array;
  readonly components: number;
  readonly seed: number;
}

/** Half the side of the square in which the points start, as the reference implementation has it. */
const START_EXTENT = 10;
const MIN_DISTANCE = 0.1;

/**
 * UMAP (McInnes, Healy & Melville 2018) by umap-js on given neighbours, from given places (as `init="pca"` of umap-learn).
 * Yields the epochs done of all, a few at a time.
 * @returns f32 [points, components]
 */
export function* umapLayout(
  request: UmapRequest,
): Generator<{ readonly done: number; readonly total: number }, Float32Array> {
  const { neighbours, components, seed } = request;
  const { k } = neighbours;
  const points = neighbours.indices.length / k;
  const random = new Random(seed, `umap/${components}`);
  const umap = new UMAP({
    nComponents: components,
    nNeighbors: k + 1,
    minDist: MIN_DISTANCE,
    random: () => random.uniform(),
  });
  // Every point is its own first neighbour there.
  const rowsOf = (data: Int32Array | Float64Array, own: (i: number) => number): number[][] =>
    Array.from({ length: points }, (_, i) => [own(i), ...data.subarray(i * k, (i + 1) * k)]);
  umap.setPrecomputedKNN(
    rowsOf(neighbours.indices, (i) => i),
    rowsOf(neighbours.distances, () => 0),
  );
  // The vectors themselves are never looked at where neighbours are given.
  const total = umap.initializeFit(Array.from({ length: points }, () => []));
  placeAtStart(umap.getEmbedding(), request, random);
  for (let done = 1; done <= total; done += 1) {
    umap.step();
    if (done % 5 === 0 || done === total) yield { done, total };
  }
  return Float32Array.from(umap.getEmbedding().flat());
}

/** Moves umap-js's random start, in place, to the given one with a little noise, which parts points that coincide. */
function placeAtStart(embedding: number[][], { start, components }: UmapRequest, random: Random): void {
  const extent = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const factor = extent === 0 ? 0 : START_EXTENT / extent;
  embedding.forEach((place, i) => {
    for (let c = 0; c < components; c += 1) {
      place[c] = start[i * components + c]! * factor + 1e-4 * START_EXTENT * (random.uniform() - 0.5);
    }
  });
}
