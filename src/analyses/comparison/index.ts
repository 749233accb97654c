import type { Analysis } from '../contract';
import { compareNetworks } from './compute';
import { comparisonFigures, comparisonSummary } from './figures';
import { comparisonSpec } from './spec';
import type { ComparisonSpec } from './spec';

/** How much localized networks overlap. */
export const comparison: Analysis<ComparisonSpec> = {
  spec: comparisonSpec,
  run: compareNetworks,
  figures: comparisonFigures,
  summary: comparisonSummary,
};
