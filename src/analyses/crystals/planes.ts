import { project } from '../../math/crystals/discriminants';
import type { Discriminants } from '../../math/crystals/discriminants';
import { squaredDistances } from '../../math/crystals/distances';
import { TEST, TRAINING } from '../../math/crystals/word-splits';
import type { Gemm } from '../../math/gemm';
import type { NdArray } from '../../shared/analysis';
import type { PairUse } from '../../shared/figure';
import type { LayerData } from './held-out';
import type { PairTable } from './pairs';
import type { PlaneFields } from './result';

/** Pairs of one relation that can be drawn. */
const MOST_PAIRS = 40;
/** Distances of all relations and layers: 9 to 13 characters each in a figure file of 2 MB. */
const MOST_DISTANCES = 140_000;
/** Before and after discriminant analysis. */
const SPACES = 2;

/** One relation's pairs that can be drawn, with the words' places in the table. */
export interface ShownPairs extends PlaneFields {
  readonly places: Int32Array;
}

/**
 * Chooses the pairs that can be drawn: all, or of a relation with many those held out first and then the first of its
 * file, as many as distances may take.
 * @param roles of the split whose directions are shown; absent: every pair is a training pair
 */
export function shownPairs(table: PairTable, roles: Uint8Array | undefined, layers: number): ShownPairs[] {
  const most = mostPairs(table.names.length, layers);
  return table.names.map((name, relation) => {
    const own = Array.from(table.labels.keys()).filter((pair) => table.labels[pair] === relation);
    const held = own.filter((pair) => roles?.[pair] === TEST).slice(0, Math.ceil(most / 2));
    const chosen = new Set(held);
    for (const pair of own) if (chosen.size < most) chosen.add(pair);
    const pairs = own.filter((pair) => chosen.has(pair));
    const ends = pairs.flatMap((pair) => [table.inputs[pair]!, table.outputs[pair]!]);
    const places = [...new Set(ends)];
    return {
      name,
      of: own.length,
      words: places.map((place) => table.words[place]!),
      pairs: ends.map((place) => places.indexOf(place)),
      uses: pairs.map((pair) => useOf(roles?.[pair] ?? TRAINING)),
      places: Int32Array.from(places),
    };
  });
}

/** The largest number of pairs whose distances fit, in all relations at all layers; two are a parallelogram. */
function mostPairs(relations: number, layers: number): number {
  for (let pairs = MOST_PAIRS; pairs > 2; pairs -= 1) {
    if (relations * layers * SPACES * pairs * (2 * pairs - 1) <= MOST_DISTANCES) return pairs;
  }
  return 2;
}

function useOf(role: number): PairUse {
  if (role === TRAINING) return 'training';
  return role === TEST ? 'held-out' : 'left-out';
}

/** Distances at one layer: of every relation in turn, first before and then after. f32 [2, distances] */
export async function shownDistances(
  shown: readonly ShownPairs[],
  { words, width }: LayerData,
  directions: Discriminants,
  gemm: Gemm,
): Promise<Float32Array> {
  const projected = await project(gemm, words, width, directions);
  const before = shown.map(({ places }) => squaredDistances(words, width, places));
  const after = shown.map(({ places }) => squaredDistances(projected, directions.count, places));
  return joined([...before, ...after]);
}

/** Of all layers: f32 [layers, 2, distances]. */
export function distancesArray(layers: readonly Float32Array[]): NdArray {
  return { data: joined(layers), shape: [layers.length, SPACES, layers[0]!.length / SPACES] };
}

/** Of every relation, at every layer, before and after: what `distancesArray` holds. */
export function splitDistances({ data, shape }: NdArray, planes: readonly PlaneFields[]): Float32Array[][][] {
  const [layers, spaces, each] = shape as [number, number, number];
  const sizes = planes.map(({ words: { length } }) => (length * (length - 1)) / 2);
  return sizes.map((size, relation) => {
    const before = sizes.slice(0, relation).reduce((sum, other) => sum + other, 0);
    return Array.from({ length: layers }, (_, layer) =>
      Array.from({ length: spaces }, (__, space) => {
        const from = (layer * spaces + space) * each + before;
        return Float32Array.from(data.subarray(from, from + size));
      }),
    );
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
