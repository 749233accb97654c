import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const schema = z
  .object({
    model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
    layer: z.int().min(-1).describe('Layer whose residual stream the SAE learns, from 0; -1 is the embedding'),
    documents: z
      .array(z.string().min(1))
      .min(1)
      .describe('Documents: text, Markdown and code files, JSON Lines, Parquet, CSV, or folders of them'),
    features: z.int().min(1).default(4096).describe('Features of the SAE'),
    k: z.int().min(1).default(32).describe('Features that are kept for each token: those of largest activation'),
    tokens: z
      .int()
      .min(1)
      .default(2_000_000)
      .describe('Tokens to train on at most; documents behind them are not read'),
    epochs: z.int().min(1).max(1000).default(4).describe('How often every token is seen'),
    batch: z.int().min(1).max(65536).default(2048).describe('Tokens per step'),
    learningRate: z.number().gt(0).default(0.001).describe('Largest learning rate of Adam'),
    warmup: z.int().min(0).default(100).describe('Steps in which the learning rate rises to its largest'),
    heldOut: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.05)
      .describe('Share of the tokens, as whole documents, that is kept out of training and measured on'),
    maxTokens: z
      .int()
      .min(2)
      .default(1024)
      .describe('Tokens of a sequence at most; a longer document is read in parts'),
    firstPosition: z
      .boolean()
      .default(false)
      .describe(
        'Train and measure on the first position of every sequence too; its activations are enormous in most models (an attention sink), and are left out otherwise',
      ),
    outliers: z
      .number()
      .min(0)
      .default(10)
      .describe(
        'Leave out tokens whose activation has more than this many times the median norm: the few attention sinks elsewhere, each with the variance of thousands of tokens (0: none)',
      ),
    deadAfter: z
      .int()
      .min(1)
      .default(100_000)
      .describe('A feature that fired on none of so many tokens is dead, and the auxiliary loss brings it back'),
    auxK: z
      .int()
      .min(0)
      .optional()
      .describe(
        'Dead features per token in the auxiliary loss (default: half the width, 512 at most; 0: no such loss)',
      ),
    evaluateEvery: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Steps between two measurements on the held-out documents (default: 50, or a twentieth of all if fewer)',
      ),
    textColumn: z.string().min(1).optional().describe('Column of the texts in tables (default: text or content)'),
    typeColumn: z
      .string()
      .min(1)
      .optional()
      .describe('Column of the types of the documents (default: meta.pile_set_name)'),
  })
  .refine((spec) => spec.k <= spec.features, { message: 'must be at most --features', path: ['k'] });

/** Settings of a training. */
export type SaeTrainingSpec = z.output<typeof schema>;

/** What `sae train` takes: pure, for the editor, the command line and the build scripts. */
export const saeTrainingSpec: AnalysisSpec<SaeTrainingSpec, z.input<typeof schema>> = {
  id: 'sae train',
  schema: 'sae-training',
  version: 1,
  title: 'Train SAE…',
  describe: "Train a TopK sparse autoencoder on a layer of a model over your documents, in SAELens' layout",
  spec: schema,
  resumes: true,
  paths: ['model', 'documents'],
  menu: { on: 'model' },
};
