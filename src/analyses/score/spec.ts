import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z.object({
  model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
  stimuli: z.array(z.string().min(1)).min(1).describe('Stimuli: CSV, TSV, JSONL or Parquet files or folders of them'),
  maxTokens: z.int().min(1).optional().describe('Cut each stimulus to this many tokens (default: none)'),
  textColumn: z.string().min(1).optional().describe('Column of the texts (default: text, sentence or stimulus)'),
  batchSize: z
    .int()
    .min(1)
    .optional()
    .describe('Stimuli per batch at most (default: chosen for speed); it never changes a number beyond 1e-5'),
});

/** Settings of a scoring. */
export type ScoreSpec = z.output<typeof schema>;

/** What `score` takes: pure, for the editor, the command line and the build scripts. */
export const scoreSpec: AnalysisSpec<ScoreSpec, z.input<typeof schema>> = {
  id: 'score',
  schema: 'score',
  version: 1,
  title: 'Score Texts…',
  describe: 'Sum the log probability that a model gives to every text, after its first token',
  spec: schema,
  paths: ['model', 'stimuli'],
};
