import type { AffinityName } from './spec';

/** What affinities are called in messages and figures. */
export const AFFINITY_TITLES: Readonly<Record<AffinityName, string>> = {
  phi: 'φ',
  jaccard: 'Jaccard',
  dice: 'Dice',
  overlap: 'overlap',
  'simple-matching': 'simple matching',
};
