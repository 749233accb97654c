import type { Analysis } from '../contract';
import { scoreTexts } from './compute';
import { scoreFigures, scoreSummary } from './figures';
import { scoreSpec } from './spec';
import type { ScoreSpec } from './spec';

/** How probable a model finds each text. */
export const score: Analysis<ScoreSpec> = {
  spec: scoreSpec,
  run: scoreTexts,
  figures: scoreFigures,
  summary: scoreSummary,
};
