import type { Analysis } from '../contract';
import { compareLayers } from './compute';
import { similarityFigures, similaritySummary } from './figures';
import { similaritySpec } from './spec';
import type { SimilaritySpec } from './spec';

/** How alike the layers of two models are. */
export const similarity: Analysis<SimilaritySpec> = {
  spec: similaritySpec,
  run: compareLayers,
  figures: similarityFigures,
  summary: similaritySummary,
};
