import type { Analysis } from '../contract';
import { measureContext } from './compute';
import { contextFigures, contextSummary } from './figures';
import { contextSpec } from './spec';
import type { ContextSpec } from './spec';

/** How well every layer predicts recordings of words, by how much context the model reads. */
export const contextLength: Analysis<ContextSpec> = {
  spec: contextSpec,
  run: measureContext,
  figures: contextFigures,
  summary: contextSummary,
};
