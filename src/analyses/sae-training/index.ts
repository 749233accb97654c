import type { Analysis } from '../contract';
import { trainSae } from './compute';
import { saeTrainingFigures, saeTrainingSummary } from './figures';
import { saeTrainingSpec } from './spec';
import type { SaeTrainingSpec } from './spec';

/** Trains a TopK sparse autoencoder on a layer of a model. */
export const saeTraining: Analysis<SaeTrainingSpec> = {
  spec: saeTrainingSpec,
  run: trainSae,
  figures: saeTrainingFigures,
  summary: saeTrainingSummary,
};
