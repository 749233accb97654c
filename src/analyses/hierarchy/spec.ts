import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z
  .object({
    alignment: z
      .array(z.string().min(1))
      .min(1, 'must name a result of align')
      .describe('Results of align to the same units, one per model: their folders'),
    covariate: z
      .string()
      .min(1)
      .describe(
        "Column of the units table to hold best layers against, such as a distance or a latency (a covariate of the manifest; x, y, z; peak-lag: the lag of a unit's highest score)",
      ),
    table: z
      .string()
      .min(1)
      .optional()
      .describe('Take the covariate from this table of units instead of the results (columns: name, and subject)'),
    significance: z
      .enum(['fdr', 'p', 'all'])
      .default('fdr')
      .describe(
        'Units that count: fdr = q below the level; p = p below the level (both of the largest score over layers); all = every unit with a score',
      ),
    level: z.number().gt(0).lt(1).default(0.05).describe('Level of significance of a unit'),
    benchmarks: z
      .string()
      .min(1)
      .optional()
      .describe('Performance of the models: a table with the columns model, score and, where known, family'),
    tasks: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Instead of --benchmarks: results of ablate on the models, whose accuracies before ablation are averaged',
      ),
    families: z
      .array(z.string().regex(/^.+=.+$/, 'must be MODEL=FAMILY'))
      .optional()
      .describe('Families of models, as MODEL=FAMILY, for correlations with benchmarks without each family'),
    score: z.string().min(1).optional().describe('Column of the table of benchmarks (default: score)'),
    permutations: z.int().min(19).max(1_000_000).default(10_000).describe('Permutations behind every p'),
    bootstrap: z.int().min(100).max(1_000_000).default(10_000).describe('Resamples behind every interval'),
  })
  .refine((spec) => spec.score === undefined || spec.benchmarks !== undefined, {
    message: 'names a column of --benchmarks: give that table too',
    path: ['score'],
  })
  .refine((spec) => spec.tasks === undefined || spec.benchmarks === undefined, {
    message: 'takes the place of --benchmarks: give one or the other',
    path: ['tasks'],
  });

/** Settings of a hierarchy. */
export type HierarchySpec = z.output<typeof schema>;

/** What `hierarchy` takes: pure, for the editor, the command line and the build scripts. */
export const hierarchySpec: AnalysisSpec<HierarchySpec, z.input<typeof schema>> = {
  id: 'hierarchy',
  schema: 'hierarchy',
  version: 1,
  title: 'Compare Models…',
  describe:
    'Hold the best layer of every unit against a covariate such as distance or latency, in one model or in several beside benchmarks',
  spec: schema,
  paths: ['alignment', 'table', 'benchmarks', 'tasks'],
  menu: { on: 'models' },
};
