import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

/** Affinities between features, in the order in which they are shown. */
export const AFFINITY_NAMES = ['phi', 'jaccard', 'dice', 'overlap', 'simple-matching'] as const;
export type AffinityName = (typeof AFFINITY_NAMES)[number];

const path = z.string().min(1);

const schema = z
  .object({
    model: path.optional().describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
    sae: path.optional().describe("Sparse autoencoder of one of the model's layers: a folder, or params.npz"),
    layer: z.int().min(-1).optional().describe('Layer that the SAE reads (default: the one that it names)'),
    documents: z
      .array(path)
      .min(1)
      .optional()
      .describe('Texts: files or folders of .txt, .md, source code, JSONL or Parquet'),
    firing: path
      .optional()
      .describe('Instead of --model and --documents: which features fired in which block, .npy u8 [blocks, features]'),
    cooccurrence: path
      .optional()
      .describe('Instead of --firing: in how many blocks two features both fired, .npy [features, features]'),
    blocks: z.int().min(1).optional().describe('With --cooccurrence: the number of blocks counted'),
    decoder: path
      .optional()
      .describe('With --firing or --cooccurrence: decoder directions, .npy or .safetensors [features, width]'),
    lobes: z
      .array(z.int().min(2).max(256))
      .min(1)
      .default([3])
      .describe('Number of lobes; of several such as 3,2,5 the first is the main one'),
    affinity: z
      .enum([...AFFINITY_NAMES, 'all'])
      .default('phi')
      .describe('How alike two features fire; all: every one, phi as the main one'),
    threshold: z
      .number()
      .min(0)
      .default(1)
      .describe(
        "A feature fires on a token when its activation is above this; a text's first token counts, with a warning where it is an attention sink",
      ),
    keepDead: z
      .boolean()
      .default(false)
      .describe("Keep features that never fire, as the paper's code does (default: they are left out and counted)"),
    maxRate: z
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe('Leave out features that fire in more than this share of blocks (default: none)'),
    null: z.int().min(0).max(100_000).default(100).describe('Draws of every null (0: none)'),
    split: z
      .enum(['first', 'stratified'])
      .default('first')
      .describe('Features that lobes are predicted for from position: the last 20 % by number, or 20 % of every lobe'),
    blockTokens: z.int().min(1).max(65_536).default(256).describe('Tokens per block'),
    maxTokens: z.int().min(1).default(1024).describe('Tokens per document'),
    long: z.enum(['cut', 'split']).default('cut').describe('Longer documents: cut, or split into several'),
    join: z
      .int()
      .min(1)
      .default(1)
      .describe(
        'So many consecutive short documents of one file and type become one, for an incomplete block is dropped',
      ),
    maxDocuments: z.int().min(1).optional().describe('Read at most so many documents (default: all)'),
    textColumn: z
      .string()
      .min(1)
      .optional()
      .describe('Column of the texts, or several, separated by commas (default: text or content)'),
    typeColumn: z
      .string()
      .min(1)
      .optional()
      .describe('Column of the document types (default: meta.pile_set_name, else as --types says)'),
    types: z.enum(['folder', 'file']).optional().describe('Type of a document: the name of its folder, or of its file'),
    heldOut: z
      .number()
      .min(0)
      .max(0.9)
      .default(0.5)
      .describe('Share of documents that lobes are not made from, on which document types are compared'),
    contexts: z.int().min(0).max(100).default(10).describe('Contexts kept of every feature'),
    map: z
      .enum(['umap', 'pca'])
      .default('umap')
      .describe('Map of features: UMAP and principal components, or these only'),
    saveCooccurrence: z.boolean().default(false).describe('Store cooccurrence.npy, i32 [features, features]'),
  })
  .refine(({ documents, firing, cooccurrence }) => documents ?? firing ?? cooccurrence, {
    message: 'is missing (with --model and --sae; or give --firing, or --cooccurrence and --blocks, with --decoder)',
    path: ['documents'],
  })
  .refine(({ documents, firing, cooccurrence }) => [documents, firing, cooccurrence].filter(Boolean).length === 1, {
    message: 'say the same thing in three ways: give one of --documents, --firing and --cooccurrence',
    path: ['documents'],
  })
  .refine(({ documents, model }) => documents === undefined || model !== undefined, {
    message: 'is missing: --documents are read by a model',
    path: ['model'],
  })
  .refine(({ documents, sae }) => documents === undefined || sae !== undefined, {
    message: 'is missing: its features fire on --documents',
    path: ['sae'],
  })
  .refine(({ documents, model }) => documents !== undefined || model === undefined, {
    message: 'reads --documents: with --firing or --cooccurrence leave it out',
    path: ['model'],
  })
  .refine(({ documents, layer }) => documents !== undefined || layer === undefined, {
    message: 'belongs to --model: with --firing or --cooccurrence leave it out',
    path: ['layer'],
  })
  .refine(({ documents, decoder }) => documents === undefined || decoder === undefined, {
    message: 'is that of --sae: leave it out with --documents',
    path: ['decoder'],
  })
  .refine(({ documents, decoder, sae }) => documents !== undefined || (decoder ?? sae) !== undefined, {
    message:
      'is missing: --firing and --cooccurrence need decoder directions [features, width] (or --sae, for its own)',
    path: ['decoder'],
  })
  .refine(({ decoder, sae }) => decoder === undefined || sae === undefined, {
    message: "takes the place of --sae's own: give one or the other",
    path: ['decoder'],
  })
  .refine(({ cooccurrence, blocks }) => cooccurrence === undefined || blocks !== undefined, {
    message: 'is missing: --cooccurrence needs the number of blocks that were counted',
    path: ['blocks'],
  })
  .refine(({ cooccurrence, blocks }) => cooccurrence !== undefined || blocks === undefined, {
    message: 'goes with --cooccurrence only',
    path: ['blocks'],
  })
  .refine(({ lobes }) => new Set(lobes).size === lobes.length, { message: 'names a number twice', path: ['lobes'] })
  .refine(({ maxTokens, blockTokens }) => maxTokens >= blockTokens, {
    message: 'must be at least --block-tokens, or no document fills a block',
    path: ['maxTokens'],
  });

/** Settings of a map of lobes. */
export type LobesSpec = z.output<typeof schema>;

/** The affinities asked for, the main one first. */
export function affinitiesOf({ affinity }: Pick<LobesSpec, 'affinity'>): readonly AffinityName[] {
  return affinity === 'all' ? AFFINITY_NAMES : [affinity];
}

/** What `lobes` takes: pure, for the editor, the command line and the build scripts. */
export const lobesSpec: AnalysisSpec<LobesSpec, z.input<typeof schema>> = {
  id: 'lobes',
  schema: 'lobes',
  version: 1,
  title: 'Map SAE Lobes…',
  describe:
    "Find the lobes of a sparse autoencoder's features from co-firing, and test whether they are places in space",
  spec: schema,
  resumes: true,
  stages: ({ documents }) => (documents === undefined ? [] : [{ name: 'firing' }]),
  paths: ['model', 'sae', 'documents', 'firing', 'cooccurrence', 'decoder'],
  menu: { on: 'sae' },
};
