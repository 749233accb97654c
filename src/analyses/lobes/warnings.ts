import { count, counted, number, percent } from '../../shared/words';
import type { RunContext } from '../contract';
import type { AffinityLabelling, Labelling } from './clustering';
import type { Kept } from './kept';
import { AFFINITY_TITLES } from './names';
import type { LobesSpec } from './spec';

/** Draws below which no empirical p reaches 0.05. */
const FEWEST_DRAWS = 19;
/** A lobe of fewer features is an outlier rather than a lobe. */
const TINY_SHARE = 0.005;
/** Blocks per feature below which co-firing is mostly chance. */
const FEW_BLOCKS = 200;
/** Residual of an eigenvector above which it has not converged: what the solver is asked for. */
const CONVERGED = 1e-6;

/** Warns of draws that cannot speak. */
export function warnOfDraws({ null: draws }: LobesSpec, context: RunContext): void {
  if (draws === 0) context.warn('--null 0: there are no nulls, so AMI and balanced accuracy stand without z and p.');
  else if (draws < FEWEST_DRAWS) {
    context.warn(`${draws} draws give p of at least ${number(1 / (1 + draws), 2)}: p cannot reach 0.05 (--null 100).`);
  }
}

/** Warns of features left out, and of too little text. */
export function warnOfFeatures({ features, leftOut }: Kept, all: number, blocks: number, context: RunContext): void {
  const { neverFired, tooOften } = leftOut;
  if (neverFired > 0) {
    context.warn(
      `${counted(neverFired, 'feature')} of ${count(all)} never fired and are left out (--keep-dead keeps them).`,
    );
  }
  if (tooOften > 0)
    context.warn(`${counted(tooOften, 'feature')} fire in more than --max-rate of blocks and are left out.`);
  if (blocks < FEW_BLOCKS) {
    context.warn(
      `Lobes are made from ${counted(blocks, 'block')}: too few for ${count(features.length)} features. Give more text.`,
    );
  }
}

/** Warns of lobes that are none: a handful of outliers beside everything else, features without neighbours. */
export function warnOfLobes(
  labellings: readonly AffinityLabelling[],
  geometry: readonly Labelling[],
  sizesOf: (labels: Int32Array, lobes: number) => readonly number[],
  context: RunContext,
): void {
  const sides = [
    ...labellings.map((one) => ({ ...one, name: AFFINITY_TITLES[one.affinity] })),
    ...geometry.map((one) => ({ ...one, name: 'geometry' })),
  ];
  for (const { name, lobes, labels, isolated, residual } of sides) {
    const tiny = sizesOf(labels, lobes).filter((size) => size < TINY_SHARE * labels.length);
    if (tiny.length > 0) {
      context.warn(
        `By ${name}, ${tiny.length} of ${lobes} lobes hold fewer than ${percent(TINY_SHARE)} of the features (${tiny.join(', ')}): outliers rather than lobes.`,
      );
    }
    // One eigenproblem serves all numbers of lobes.
    if (lobes !== sides[0]!.lobes) continue;
    if (residual > CONVERGED) {
      context.warn(
        `By ${name}, eigenvectors not converged: residual ${number(residual, 2)} where ${number(CONVERGED, 2)} is asked for; labels may differ from those of exact ones.`,
      );
    }
    if (isolated > 0) {
      context.warn(`By ${name}, ${counted(isolated, 'feature')} have no affinity to any other.`);
    }
  }
}
