import { UserError } from '../../shared/errors';
import type { LobesSpec } from './spec';

/** Which features go into the clustering, and why the others do not. */
export interface Kept {
  /** i32: their numbers, ascending. */
  readonly features: Int32Array;
  readonly leftOut: { readonly neverFired: number; readonly tooOften: number };
}

/**
 * Leaves out features that never fired, unless `keepDead`, and those that fire in more than `maxRate` of the blocks.
 * @param counts i32 [features]: blocks in which each fired
 * @throws UserError where nothing fires, or fewer features are left than lobes are asked for
 */
export function keptFeatures(
  counts: Int32Array,
  blocks: number,
  { keepDead, maxRate = 1, lobes }: Pick<LobesSpec, 'keepDead' | 'maxRate' | 'lobes'>,
): Kept {
  if (counts.every((n) => n === 0)) {
    throw new UserError(
      `No feature fires in any of ${blocks} blocks`,
      'Check that layer and SAE belong together, or lower --threshold.',
    );
  }
  const isTooOften = (n: number): boolean => n > maxRate * blocks;
  const isDead = (n: number): boolean => n === 0 && !keepDead;
  const all = Int32Array.from(counts.keys());
  const features = all.filter((i) => !isTooOften(counts[i]!) && !isDead(counts[i]!));
  const leftOut = {
    neverFired: counts.filter(isDead).length,
    tooOften: counts.filter(isTooOften).length,
  };
  const most = Math.max(...lobes);
  if (features.length <= most) {
    throw new UserError(
      `--lobes ${most} wants more than ${most} features, ${features.length} are left (${leftOut.neverFired} never fired, ${leftOut.tooOften} fire too often)`,
      'Ask for fewer lobes, give more text, or raise --max-rate.',
    );
  }
  return { features, leftOut };
}

/** Values of kept features at their own numbers; all others get `rest`. @returns i32 [features] */
export function spread(values: Int32Array, kept: Int32Array, features: number, rest = -1): Int32Array {
  const all = new Int32Array(features).fill(rest);
  kept.forEach((feature, i) => (all[feature] = values[i]!));
  return all;
}
