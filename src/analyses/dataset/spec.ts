import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z.object({
  dataset: z
    .string()
    .min(1)
    .describe('Dataset: a manifest (.yaml), a Brain-Score assembly (.nc), or a folder to propose a manifest for'),
});

/** Settings of a description. */
export type DatasetSpec = z.output<typeof schema>;

/** What `dataset` takes: pure, for the editor, the command line and the build scripts. */
export const datasetSpec: AnalysisSpec<DatasetSpec, z.input<typeof schema>> = {
  id: 'dataset',
  schema: 'dataset',
  version: 1,
  title: 'Describe Dataset…',
  describe: 'Read a brain dataset and say what was understood: stimuli, units, missing values, ceilings',
  spec: schema,
  paths: ['dataset'],
  menu: { on: 'dataset' },
};
