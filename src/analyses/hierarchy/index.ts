import type { Analysis } from '../contract';
import { compareHierarchies } from './compute';
import { hierarchyFigures, hierarchySummary } from './figures';
import { hierarchySpec } from './spec';
import type { HierarchySpec } from './spec';

/** Best layers against a covariate of the units, in one model or several. */
export const hierarchy: Analysis<HierarchySpec> = {
  spec: hierarchySpec,
  run: compareHierarchies,
  figures: hierarchyFigures,
  summary: hierarchySummary,
};
