import type { Analysis } from '../contract';
import { describeDataset } from './compute';
import { datasetFigures, datasetSummary } from './figures';
import { datasetSpec } from './spec';
import type { DatasetSpec } from './spec';

/** What a brain dataset holds. */
export const dataset: Analysis<DatasetSpec> = {
  spec: datasetSpec,
  run: describeDataset,
  figures: datasetFigures,
  summary: datasetSummary,
};
