import { project } from '../../math/crystals/discriminants';
import type { Discriminants } from '../../math/crystals/discriminants';
import { removedDirections } from '../../math/crystals/removed';
import type { Gemm } from '../../math/gemm';
import type { Random } from '../../math/random';
import { pearson } from '../../math/statistics';
import type { LayerData } from './held-out';
import type { PairTable } from './pairs';
import { PROPERTIES } from './result';
import type { DistractorFields, Property } from './result';

/** Removed directions that are looked at: those of largest variance. */
const DIRECTIONS = 5;

/** What discriminant analysis removed: the removed directions' correlations with properties of words. */
export async function distractorsOf(
  data: LayerData,
  discriminants: Discriminants,
  table: PairTable,
  properties: Readonly<Record<Property, Float64Array>>,
  gemm: Gemm,
  random: Random,
): Promise<DistractorFields> {
  const { differences, words, width, layer } = data;
  const found = await removedDirections(gemm, differences, width, discriminants, DIRECTIONS, random);
  const count = found.shares.length;
  const removed = { directions: found.directions, count, ratios: found.shares };
  const ofWords = await project(gemm, words, width, removed);
  const changes = Object.fromEntries(
    PROPERTIES.map((property) => [
      property,
      Float64Array.from(
        table.inputs,
        (input, i) => properties[property][table.outputs[i]!]! - properties[property][input]!,
      ),
    ]),
  ) as Record<Property, Float64Array>;
  const correlations = (along: Float64Array, of: Readonly<Record<Property, Float64Array>>) =>
    Object.fromEntries(PROPERTIES.map((property) => [property, pearson(along, of[property])])) as Record<
      Property,
      number
    >;
  return {
    layer,
    removed: found.removed,
    directions: Array.from(found.shares, (share, i) => {
      const along = Float64Array.from(properties.length.keys(), (word) => ofWords[word * count + i]!);
      const steps = Float64Array.from(table.inputs, (input, pair) => along[table.outputs[pair]!]! - along[input]!);
      return { share, words: correlations(along, properties), differences: correlations(steps, changes) };
    }),
  };
}
