import type { Analysis } from '../contract';
import { localize } from './compute';
import { localizationFigures, localizationSummary } from './figures';
import { localizationSpec } from './spec';
import type { LocalizationSpec } from './spec';

/** Which units of a model respond more to one kind of stimulus than to another [LLN]. */
export const localization: Analysis<LocalizationSpec> = {
  spec: localizationSpec,
  run: localize,
  figures: localizationFigures,
  summary: localizationSummary,
};
