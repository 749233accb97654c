import type { Analysis } from '../contract';
import { ablate } from './compute';
import { ablationFigures, ablationSummary } from './figures';
import { ablationSpec } from './spec';
import type { AblationSpec } from './spec';

/** What a model can no longer do without localized units, beside random ones [LLN]. */
export const ablation: Analysis<AblationSpec> = {
  spec: ablationSpec,
  run: ablate,
  figures: ablationFigures,
  summary: ablationSummary,
};
