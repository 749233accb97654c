import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z.object({
  model: z
    .array(z.string().min(1))
    .length(2, 'needs two models: --model A --model B')
    .describe('Two models, A and B: folders in Hugging Face layout, or .gguf files'),
  stimuli: z.array(z.string().min(1)).min(1).describe('Stimuli: CSV, TSV, JSONL or Parquet files or folders of them'),
  metric: z
    .enum(['cka', 'debiased-cka', 'rsa'])
    .default('cka')
    .describe('Linear CKA, CKA by the unbiased HSIC, or representational similarity (1 - Pearson, Spearman)'),
  zscored: z
    .boolean()
    .default(false)
    .describe('Z-score every unit over the stimuli first, so that massive units do not dominate'),
  pooling: z.enum(['last', 'mean', 'sum']).default('last').describe("How a stimulus' tokens are pooled"),
  maxTokens: z.int().min(1).optional().describe('Cut each stimulus to this many tokens (default: none)'),
  textColumn: z.string().min(1).optional().describe('Column of the texts (default: text, sentence or stimulus)'),
  permutations: z.int().min(1).max(1e6).default(10_000).describe("Permutations of B's layers for the null"),
});

/** Settings of a comparison of two models' layers. */
export type SimilaritySpec = z.output<typeof schema>;

/** What `similarity` takes: pure, for the editor, the command line and the build scripts. */
export const similaritySpec: AnalysisSpec<SimilaritySpec, z.input<typeof schema>> = {
  id: 'similarity',
  schema: 'similarity',
  version: 1,
  title: 'Compare Layers of Two Models…',
  describe: 'Compare every layer of one model with every layer of another on the same stimuli (CKA or RSA)',
  spec: schema,
  paths: ['model', 'stimuli'],
};
