import type { Analysis } from '../contract';
import { findCrystals } from './compute';
import { crystalsFigures, crystalsSummary } from './figures';
import { crystalsSpec } from './spec';
import type { CrystalsSpec } from './spec';

/** Relations as parallelograms, in activations or in a decoder. */
export const crystals: Analysis<CrystalsSpec> = {
  spec: crystalsSpec,
  run: findCrystals,
  figures: crystalsFigures,
  summary: crystalsSummary,
};
