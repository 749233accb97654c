import type { Analysis } from '../contract';
import { extract } from './compute';
import { activationsFigures, activationsSummary } from './figures';
import { activationsSpec } from './spec';
import type { ActivationsSpec } from './spec';

/** The residual stream of a model, pooled over each stimulus. */
export const activations: Analysis<ActivationsSpec> = {
  spec: activationsSpec,
  run: extract,
  figures: activationsFigures,
  summary: activationsSummary,
};
