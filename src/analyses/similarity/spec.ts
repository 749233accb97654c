import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z
  .object({
    model: z
      .array(z.string().min(1))
      .min(2, 'needs two models: --model A --model B')
      .describe(
        'Two models or more: folders in Hugging Face layout, .gguf or .onnx files, or results of activations for the same stimuli',
      ),
    stimuli: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Stimuli: CSV, TSV, JSONL or Parquet files or folders of them'),
    dataset: z
      .string()
      .min(1)
      .optional()
      .describe('Instead of --stimuli: a dataset manifest, whose sentences or words in context are the stimuli'),
    level: z
      .enum(['text', 'word'])
      .default('text')
      .describe(
        'What a row is: text = a whole stimulus; word = each word of it with those before, for models of any tokenizers',
      ),
    metric: z
      .enum(['cka', 'debiased-cka', 'rsa'])
      .default('cka')
      .describe('Linear CKA, CKA by the unbiased HSIC, or representational similarity (1 - Pearson, Spearman)'),
    zscored: z
      .boolean()
      .default(false)
      .describe('Z-score every unit over the stimuli first, so that massive units do not dominate'),
    pooling: z
      .enum(['last', 'mean', 'sum'])
      .default('last')
      .describe("How a stimulus' tokens, or a word's, are pooled"),
    maxTokens: z.int().min(1).optional().describe('Cut each stimulus to this many tokens (default: none)'),
    textColumn: z.string().min(1).optional().describe('Column of the texts (default: text, sentence or stimulus)'),
    permutations: z.int().min(1).max(1e6).default(10_000).describe("Permutations of B's layers for the null"),
  })
  .refine((spec) => spec.stimuli === undefined || spec.dataset === undefined, {
    message: 'takes the place of --stimuli: give one or the other',
    path: ['dataset'],
  })
  .refine((spec) => spec.textColumn === undefined || spec.dataset === undefined, {
    message: 'goes with --stimuli: a manifest names its own column',
    path: ['textColumn'],
  })
  .refine((spec) => spec.level !== 'word' || spec.maxTokens === undefined, {
    message: 'cuts whole stimuli: leave it out with --level word',
    path: ['maxTokens'],
  })
  .refine((spec) => spec.level !== 'word' || spec.pooling !== 'sum', {
    message: 'sum: features of a word are those of its last token, or the mean',
    path: ['pooling'],
  });

/** Settings of a comparison of models' layers. */
export type SimilaritySpec = z.output<typeof schema>;

/** What `similarity` takes: pure, for the editor, the command line and the build scripts. */
export const similaritySpec: AnalysisSpec<SimilaritySpec, z.input<typeof schema>> = {
  id: 'similarity',
  schema: 'similarity',
  version: 1,
  title: 'Compare Layers of Models…',
  describe:
    'Compare every layer of one model with every layer of another, or of several, on the same stimuli (CKA or RSA)',
  spec: schema,
  paths: ['model', 'stimuli', 'dataset'],
  mayBeMissing: ['model'],
};
