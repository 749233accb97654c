import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

/** Stands for the word in a carrier sentence. */
export const BLANK = '{}';

const path = z.string().min(1);

const schema = z
  .object({
    model: path.optional().describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
    relations: z
      .array(path)
      .min(1)
      .optional()
      .describe(
        'Word pairs: JSON lists of {"input", "output"}, tables with columns input and output, analogy text, or folders of them (default: fourteen built-in relations)',
      ),
    layers: z
      .array(z.int().min(-1))
      .min(1)
      .default([-1, 0])
      .describe('Layers to read the words at; -1 is the embedding'),
    carrier: z
      .string()
      .refine((text) => text.trim().endsWith(BLANK) && text.indexOf(BLANK) === text.lastIndexOf(BLANK), {
        message: 'must end with {}, which stands for the word: what comes behind it cannot reach it',
      })
      .optional()
      .describe('Read every word at the end of this text, such as "The word is {}" (default: the word alone)'),
    dimensions: z
      .int()
      .min(2)
      .default(8)
      .describe('Discriminant directions to keep, at most one less than there are relations'),
    lda: z
      .enum(['svd', 'shrinkage'])
      .default('svd')
      .describe(
        "Discriminant analysis: as scikit-learn's svd solver, which becomes shrinkage where there are fewer pairs than dimensions; or shrinkage always",
      ),
    splits: z.int().min(0).max(100).default(5).describe('Splits into training and test pairs without common words'),
    heldOut: z.number().gt(0).max(0.5).default(0.2).describe('Share of pairs to hold out in a split'),
    null: z.int().min(0).max(10_000).default(100).describe('Draws of every null: shuffled relation labels (0: none)'),
    sae: path
      .optional()
      .describe("Search the decoder of this sparse autoencoder for crystals instead: a model's words are not read"),
    decoder: path.optional().describe('Instead of --sae: decoder directions, .npy or .safetensors [features, width]'),
    featuresOf: path
      .optional()
      .describe('With --sae: the result of brainlens lobes that tells how often features fire, and on which tokens'),
    lobe: z.int().min(0).optional().describe('With --features-of: search this lobe only, from 0'),
    pick: z
      .enum(['most-active', 'random'])
      .optional()
      .describe('With --features-of: the features that fire most often, or some at random (default: most-active)'),
    count: z
      .int()
      .min(8)
      .max(1000)
      .default(140)
      .describe('With --sae: features to search, drawn at random unless --features-of tells how often they fire'),
    clusters: z.int().min(2).max(1000).default(50).describe('With --sae: clusters of differences'),
    clouds: z
      .int()
      .min(1)
      .max(1000)
      .default(20)
      .describe('With --sae: Gaussian clouds of equal covariance to compare with'),
  })
  .refine(({ model, sae, decoder }) => [model, sae, decoder].filter((one) => one !== undefined).length === 1, {
    message: 'is missing: give --model, --sae or --decoder, and only one of them',
    path: ['model'],
  })
  .refine(({ relations, model }) => relations === undefined || model !== undefined, {
    message: 'are read by a model: give --model',
    path: ['relations'],
  })
  .refine(({ layers }) => new Set(layers).size === layers.length, { message: 'names a layer twice', path: ['layers'] })
  .refine(({ featuresOf, model }) => featuresOf === undefined || model === undefined, {
    message: 'goes with --sae or --decoder',
    path: ['featuresOf'],
  })
  .refine(({ featuresOf, lobe }) => lobe === undefined || featuresOf !== undefined, {
    message: 'is a lobe of --features-of: give both',
    path: ['lobe'],
  })
  .refine(({ featuresOf, pick }) => pick === undefined || featuresOf !== undefined, {
    message: 'goes with --features-of: without it features are drawn at random',
    path: ['pick'],
  });

/** Settings of a search for crystals. */
export type CrystalsSpec = z.output<typeof schema>;

/** What `crystals` takes: pure, for the editor, the command line and the build scripts. */
export const crystalsSpec: AnalysisSpec<CrystalsSpec, z.input<typeof schema>> = {
  id: 'crystals',
  schema: 'crystals',
  version: 1,
  title: 'Find Concept Crystals…',
  describe:
    'Find relations between words as parallelograms of activations, before and after distractor directions are removed, or in the decoder of a sparse autoencoder',
  spec: schema,
  paths: ['model', 'relations', 'sae', 'decoder', 'featuresOf'],
  menu: { on: 'sae-or-model' },
};
