import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNpy } from '../../../../src/shared/npy';

const folder = join(__dirname, '../../../golden/crystals');

type Qualities = readonly (readonly [cosine: number, parallelogram: number])[];
interface Case {
  readonly qualities: Qualities;
  readonly silhouette: number;
}

/** Planted parallelograms under strong distractors, measured by scikit-learn and SciPy. */
export const golden = JSON.parse(readFileSync(join(folder, 'crystals.json'), 'utf8')) as {
  relations: number;
  pairs: number;
  width: number;
  dimensions: number;
  shuffled: number[];
  test: number[];
  few: number[];
  before: Case & { shuffled: Qualities };
  after: Case;
  afterShuffled: Case;
  heldOut: Case;
  heldOutShuffled: Case;
  shrinkage: Case & { gamma: number };
  ratios: number[];
  withZeros: [number, number];
  transfer: [before: number, after: number];
};

/** f64 [pairs × 2, width]: input and output of every pair, one after the other. */
export const words = decodeNpy(readFileSync(join(folder, 'words.npy')), 'words.npy').data as Float64Array;

export const labels = Int32Array.from({ length: golden.relations * golden.pairs }, (_, i) =>
  Math.floor(i / golden.pairs),
);

/** f64 [pairs, width]. */
export const differences = Float64Array.from({ length: words.length / 2 }, (_, i) => {
  const pair = Math.floor(i / golden.width);
  const at = pair * 2 * golden.width + (i % golden.width);
  return words[at + golden.width]! - words[at]!;
});
