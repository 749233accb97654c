import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z.object({
  results: z
    .array(z.string().min(1))
    .min(2, 'must name two localizations or more')
    .describe('Localizations to compare: two or more result folders, of models of one shape'),
});

/** Settings of a comparison. */
export type ComparisonSpec = z.output<typeof schema>;

/** What `compare` takes. */
export const comparisonSpec: AnalysisSpec<ComparisonSpec, z.input<typeof schema>> = {
  id: 'compare',
  schema: 'comparison',
  version: 1,
  title: 'Compare Networks…',
  describe: 'Compare localized networks: how many units they share, layer by layer, and how many they would by chance',
  spec: schema,
  paths: ['results'],
  menu: { on: 'localizations' },
};
